import type { Why } from './answer.js';
import type { Circumstances } from './circumstances.js';
import { atWork } from './at-work.js';
import { notDue } from './not-due.js';
import { obstacle } from './obstacle.js';
import { waiting } from './waiting.js';

export function why(circumstances: Circumstances): Why {
  return (
    obstacle(circumstances) ??
    atWork(circumstances) ??
    waiting(circumstances) ??
    notDue(circumstances)
  );
}
