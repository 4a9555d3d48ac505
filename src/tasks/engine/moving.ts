import { Ability } from '../domain/ability.js';
import type { Clock } from '../domain/clock.js';

/** Whether fires move anything: one that moves nothing of what is due, as somebody holds all of it, has done nothing. */
export class Moving {
  private readonly ability = new Ability(0);

  constructor(private readonly clock: Clock) {}

  works(): void {
    this.ability.works();
  }

  /** Some jobs that do not move are their holders' business; if none does, nothing is fired. */
  judge(moved: number, tried: number): void {
    if (moved > 0) return this.works();
    this.ability.tries(this.clock.monotonic());
    this.ability.fails(
      `none of the ${tried} jobs that are due can be fired: transactions of others hold their plans. ` +
        'Find them in pg_stat_activity and end them',
    );
  }

  /** Why none has for longer than `ms`; null: one has, or there was none to do. */
  failingFor(ms: number): string | null {
    return this.ability.unable(this.clock.monotonic(), ms);
  }
}
