import type { TaskHandler } from './task-context.js';

/** Which handlers go on in this process. A handler that has ended when it returns was never among them. */
export class GoingCalls {
  private readonly going = new Map<string, Set<Promise<unknown>>>();

  watched(name: string, handler: TaskHandler): TaskHandler {
    return (payload, context) => {
      const returned = handler(payload, context);
      if (returned instanceof Promise) this.watch(name, returned);
      return returned;
    };
  }

  has(name: string): boolean {
    return (this.going.get(name)?.size ?? 0) > 0;
  }

  /** Resolves when those that go on now have ended. */
  async ended(name: string): Promise<void> {
    const calls = this.going.get(name) ?? new Set<Promise<unknown>>();
    await Promise.allSettled(calls);
  }

  private watch(name: string, call: Promise<unknown>): void {
    const calls = this.going.get(name) ?? new Set();
    this.going.set(name, calls.add(call));
    const over = () => void calls.delete(call);
    call.then(over, over);
  }
}
