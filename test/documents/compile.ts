import { join } from 'node:path';
import ts from 'typescript';
import { ROOT, type Block } from './blocks.js';

const FOLDER = join(ROOT, 'test/documents');
const SURROUNDINGS = join(FOLDER, 'surroundings.ts');

/** As the library itself is compiled, against its sources. */
function compilerOptions(): ts.CompilerOptions {
  const config = join(ROOT, 'test/tsconfig.json');
  const { config: read } = ts.readConfigFile(config, (path) => ts.sys.readFile(path)) as {
    config: object;
  };
  const json = { ...read, include: [], files: [SURROUNDINGS] };
  const { options } = ts.parseJsonConfigFileContent(json, ts.sys, join(ROOT, 'test'));
  const paths = { ...options.paths, '@nestjs/config': [join(FOLDER, 'nest-config.ts')] };
  const own = { incremental: false, verbatimModuleSyntax: false, isolatedModules: false };
  const { tsBuildInfoFile: _, ...kept } = options;
  return { ...kept, ...own, paths };
}

/** With its names at the front, as in the file that a reader has it in. */
interface File {
  readonly at: string;
  readonly name: string;
  readonly text: string;
}

const parse = (text: string) => ts.createSourceFile('block.ts', text, ts.ScriptTarget.Latest, true);

const syntaxErrors = (text: string) =>
  ts.transpileModule(text, {
    reportDiagnostics: true,
    compilerOptions: { experimentalDecorators: true },
  }).diagnostics?.length ?? 0;

/** How what is no file may be part of one; the first that can be read is taken. */
const WRAPPINGS: readonly ((code: string) => string)[] = [
  (code) => code,
  (code) => `class Host extends Members {\n${code}\n}`,
  (code) => `({\n${code}\n});`,
];

/** The new side of a change. */
const afterwards = (diff: string) =>
  diff
    .split('\n')
    .filter((line) => !line.startsWith('-'))
    .map((line) => line.slice(1))
    .join('\n');

/** The names that a file brings along. */
function namesOf(file: ts.SourceFile): Set<string> {
  const names = new Set<string>();
  const binding = (name: ts.BindingName): void => {
    if (ts.isIdentifier(name)) names.add(name.text);
    else for (const one of name.elements) if (!ts.isOmittedExpression(one)) binding(one.name);
  };
  for (const statement of file.statements) {
    if (ts.isVariableStatement(statement)) {
      for (const { name } of statement.declarationList.declarations) binding(name);
    } else if (ts.isImportDeclaration(statement)) {
      const clause = statement.importClause?.namedBindings;
      if (clause && ts.isNamedImports(clause))
        for (const { name } of clause.elements) binding(name);
    } else if (ts.isExportDeclaration(statement) && statement.exportClause) {
      const clause = statement.exportClause;
      if (ts.isNamedExports(clause)) for (const { name } of clause.elements) names.add(name.text);
    } else if (ts.isClassDeclaration(statement) || ts.isFunctionDeclaration(statement)) {
      if (statement.name) names.add(statement.name.text);
    }
  }
  return names;
}

function fileOf({ at, language, code }: Block, index: number, offered: Set<string>): File {
  const bare = language === 'diff' ? afterwards(code) : code;
  const wrap = WRAPPINGS.find((one) => syntaxErrors(one(bare)) === 0) ?? WRAPPINGS[0]!;
  const text = wrap(bare);
  const own = namesOf(parse(text));
  const named = new Set(text.match(/[A-Za-z_$][\w$]*/g));
  const missing = [...offered].filter((name) => named.has(name) && !own.has(name));
  const head = `import { ${missing.join(', ')} } from './surroundings.js';`;
  return { at, name: join(FOLDER, `block-${index}.ts`), text: `${head} export {};\n${text}` };
}

/** What is wrong with blocks of TypeScript, each by its place in the document. */
export function complaintsOf(blocks: readonly Block[]): string[] {
  const offered = namesOf(parse(ts.sys.readFile(SURROUNDINGS)!));
  const files = new Map(
    blocks.map((block, index) => fileOf(block, index, offered)).map((file) => [file.name, file]),
  );
  const options = compilerOptions();
  const disk = ts.createCompilerHost(options, true);
  const host: ts.CompilerHost = {
    ...disk,
    fileExists: (name) => files.has(name) || disk.fileExists(name),
    readFile: (name) => files.get(name)?.text ?? disk.readFile(name),
    getSourceFile: (name, version, ...more) => {
      const text = files.get(name)?.text;
      if (text === undefined) return disk.getSourceFile(name, version, ...more);
      return ts.createSourceFile(name, text, version, true);
    },
  };
  const program = ts.createProgram([...files.keys()], options, host);
  return [...files.values()].flatMap(({ name, at }) => {
    const source = program.getSourceFile(name)!;
    const found = [
      ...program.getSyntacticDiagnostics(source),
      ...program.getSemanticDiagnostics(source),
    ];
    return found.map(({ start = 0, messageText }) => {
      const { line } = source.getLineAndCharacterOfPosition(start);
      const code = source.text.split('\n')[line]!.trim();
      return `${at}: ${ts.flattenDiagnosticMessageText(messageText, ' ')} In: ${code}`;
    });
  });
}
