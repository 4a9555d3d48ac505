/** As much of a shell as the documents use. */

export interface Typed {
  readonly program: 'npm run' | 'npx carillon';
  readonly args: readonly string[];
}

export interface Request {
  readonly method: string;
  readonly path: string;
  readonly body: string | undefined;
}

/** Without what a `#` and a space before it leave to people. */
const withoutComments = (code: string) => code.replaceAll(/(^|\s)# ?.*$/gm, '$1');

export function commandsIn(code: string): Typed[] {
  const found = withoutComments(code).matchAll(/\b(npm run|npx carillon) ([^\n&|;)]+)/g);
  return [...found].map(([, program, rest]) => ({
    program: program as Typed['program'],
    args: rest!.trim().split(/\s+/),
  }));
}

/** Those that are set, exported or read. */
export function variablesIn(code: string): string[] {
  const found = withoutComments(code).matchAll(/(?:\$\{?|(?<![\w?&]))([A-Z][A-Z0-9_]+)(?==|\b)/g);
  return [...found].flatMap(([whole, name]) =>
    whole.startsWith('$') || code.includes(`${name}=`) ? [name!] : [],
  );
}

/** What `curl` is asked for: its method, the path without a query, and the body. */
export function requestsIn(code: string): Request[] {
  const calls = withoutComments(code).split(/\bcurl\b/);
  return calls.slice(1).flatMap((call) => {
    const path = /(?:localhost|127\.0\.0\.1)(?::\d+)?(\/[^\s'"?]*)/.exec(call)?.[1];
    const body = /-d '([^']*)'/.exec(call)?.[1];
    const method = /-X (\w+)/.exec(call)?.[1] ?? (body === undefined ? 'GET' : 'POST');
    return path === undefined ? [] : [{ method, path, body }];
  });
}
