import type { Line } from '../answers.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { followed } from '../follow.js';
import { errorText, plain } from '../words.js';

export const tail: Command = {
  name: 'tail',
  summary: 'follows the log of a run until it has ended; the exit code is 1 unless it succeeded',
  args: [{ name: 'run', about: 'the id of a run' }],
  options: {},
  async run(given, place) {
    const { json, out, err } = place;
    const write = (line: Line) => out(json ? JSON.stringify(line) : lineText(line));
    const run = await followed(place, given.word('run'), write);
    const because = run.reason ?? errorText(run.error);
    err(plain(`${run.jobId} ${run.state}${because === null ? '' : `: ${because}`}`));
    return run.state === 'succeeded' ? EXIT.ok : EXIT.failed;
  },
};

const lineText = ({ at, level, message }: Line) => `${at} ${level.padEnd(5)} ${plain(message)}`;
