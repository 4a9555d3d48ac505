import { describe, expect, it } from 'vitest';
import { COMMANDS } from './commands.js';
import { carillon } from './main.js';

/** What nothing needs a server for. */
async function typed(...argv: string[]) {
  const said: string[] = [];
  const complaints: string[] = [];
  const exit = await carillon(argv, {
    env: {},
    out: (line) => said.push(line),
    err: (line) => complaints.push(line),
    signal: new AbortController().signal,
  });
  return { exit, said: said.join('\n'), complaints: complaints.join('\n') };
}

describe('a command line', () => {
  it('without a command is answered with what there is, as a mistake', async () => {
    const { exit, said, complaints } = await typed();
    expect([exit, said]).toEqual([2, '']);
    for (const { name, summary } of COMMANDS) {
      expect(complaints).toContain(`  ${name} `);
      expect(complaints).toContain(summary);
    }
  });

  it('is explained where somebody asks for help, and that is no mistake', async () => {
    expect(await typed('--help')).toMatchObject({ exit: 0, complaints: '' });
    const { exit, said } = await typed('pause', '--help');
    expect(exit).toBe(0);
    expect(said).toMatch(/^carillon pause \[job\] \[options\]: pauses a job/);
    expect(said).toMatch(/^ {2}--until <instant> +when a job goes on by itself$/m);
    expect(said).toMatch(/^ {2}-h, --help /m);
  });

  it('tells its version', async () => {
    expect((await typed('--version')).said).toMatch(/^\d+\.\d+\.\d+$/);
  });

  it.each([
    [['jbos'], 'There is no command jbos. There are problems, doctor, jobs, why, runs'],
    [['jobs', '--colour'], "Unknown option '--colour'"],
    [['jobs', '--text'], "Option '--text <value>' argument missing"],
    [['jobs', '--limit', '0'], '--limit must be a whole number from 1 to 10000.'],
    [['why'], '<job> is missing. carillon why --help says what it takes.'],
    [['why', 'a', 'b'], 'b is one word too many.'],
    [['pause'], 'Name one job, or give --all for the whole cluster.'],
    [['resume', 'a', '--all'], 'Name one job, or give --all for the whole cluster.'],
    [['pause', '--all', '--until', 'x'], '--until is for a job.'],
    [['resume', '--all', '--misses', 'once'], '--misses is for a job.'],
    [['run', 'a', '--payload', '{team: 7}'], '--payload is no JSON. Put it in quotes'],
    [['backfill', 'a', '--from', 'x'], 'Give --from and --to, such as'],
    [['completion', 'tcsh'], 'The shell must be one of bash, zsh, fish.'],
    [['jobs', '--url', 'localhost:3000'], 'localhost:3000 is no address: it must begin with http'],
  ])('%j is refused before anything is asked', async (argv, complaint) => {
    const { exit, said, complaints } = await typed(...argv);
    expect([exit, said]).toEqual([2, '']);
    expect(complaints).toContain(complaint);
  });
});

describe('completion', () => {
  it.each(['bash', 'zsh', 'fish'])('in %s knows every command and option', async (shell) => {
    const { exit, said } = await typed('completion', shell);
    expect(exit).toBe(0);
    for (const { name, options } of COMMANDS) {
      const about = said.split('\n').filter((line) => line.includes(name));
      expect(about).not.toEqual([]);
      for (const option of Object.keys(options)) expect(about.join('\n')).toContain(option);
    }
  });
});
