#!/usr/bin/env node
import { carillon } from './main.js';

const stopped = new AbortController();
process.once('SIGINT', () => stopped.abort());
// Whoever reads may have seen enough: `carillon runs | head`.
process.stdout.on('error', () => stopped.abort());

process.exitCode = await carillon(process.argv.slice(2), {
  env: process.env,
  out: (line) => process.stdout.write(`${line}\n`),
  err: (line) => process.stderr.write(`${line}\n`),
  signal: stopped.signal,
});
