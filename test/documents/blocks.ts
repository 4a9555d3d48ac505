import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../..');

/** A fenced block of code of a document. */
export interface Block {
  /** Where it stands, for messages: `src/docs/jobs.md:33`. */
  readonly at: string;
  readonly language: string;
  readonly code: string;
}

/** Those whose blocks a reader may copy. */
export const DOCUMENTS = [
  'README.md',
  'src/tasks/README.md',
  ...readdirSync(join(ROOT, 'src/docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `src/docs/${name}`),
];

const textOf = (document: string) => readFileSync(join(ROOT, document), 'utf8');

function blocksOf(document: string): Block[] {
  const text = textOf(document);
  return [...text.matchAll(/^( *)```([a-z]*)\n(.*?)^\1```$/gms)].map((found) => {
    const line = text.slice(0, found.index).split('\n').length;
    return { at: `${document}:${line}`, language: found[2]!, code: found[3]! };
  });
}

export const BLOCKS: readonly Block[] = DOCUMENTS.flatMap(blocksOf);

export const blocksIn = (language: string) =>
  BLOCKS.filter((block) => block.language === language).map((block) => [block.at, block] as const);
