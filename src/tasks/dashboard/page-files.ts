import { Injectable } from '@nestjs/common';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';

export interface PageFile {
  readonly content: Buffer;
  readonly type: string;
  /** What it is compressed by; null: it is not. */
  readonly encoding: 'br' | 'gzip' | null;
}

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** The best first. */
const ENCODINGS = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const;

/** Where the build leaves the page, beside what the server is compiled to. */
const BUILT = join(import.meta.dirname, 'built');

const NOT_BUILT = `<!doctype html>
<html lang="en"><head><title>Carillon</title></head>
<body><p>The dashboard is not built. Build it with <code>npm run build</code>, then start again.</p></body></html>
`;

/** The files of the built page, read once and kept. No name leads out of its folder. */
@Injectable()
export class PageFiles {
  /** The page itself. Where it is not built, one that says how to. */
  readonly index: string;
  private readonly names: ReadonlySet<string>;
  private readonly read = new Map<string, Buffer>();

  constructor() {
    const index = join(BUILT, 'index.html');
    this.index = existsSync(index) ? readFileSync(index, 'utf8') : NOT_BUILT;
    const assets = join(BUILT, 'assets');
    this.names = new Set(existsSync(assets) ? readdirSync(assets) : []);
  }

  /** @param accepted the header Accept-Encoding of whoever asks */
  asset(name: string, accepted: string): PageFile | null {
    const type = TYPES[extname(name)];
    if (type === undefined || !this.names.has(name)) return null;
    const [encoding, suffix] = ENCODINGS.find(
      ([token, ending]) => accepts(accepted, token) && this.names.has(name + ending),
    ) ?? [null, ''];
    return { content: this.content(name + suffix), type, encoding };
  }

  private content(name: string): Buffer {
    const known = this.read.get(name);
    if (known) return known;
    const content = readFileSync(join(BUILT, 'assets', name));
    this.read.set(name, content);
    return content;
  }
}

function accepts(header: string, token: string): boolean {
  const entry = header.split(',').find((part) => part.split(';')[0]?.trim() === token);
  return entry !== undefined && !/;\s*q=0(\.0*)?\s*$/.test(entry);
}
