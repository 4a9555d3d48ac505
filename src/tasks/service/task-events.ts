import { AsyncLocalStorage } from 'node:async_hooks';
import { channel } from 'node:diagnostics_channel';
import { Injectable } from '@nestjs/common';
import { Observable } from 'rxjs';
import type { TasksEvent, TasksEventName, TasksEventOf } from '../domain/events.js';
import { EventListener } from './event-listener.js';
import { TasksLogger } from '../node/tasks-logger.js';

/** May be asynchronous; nobody waits for it. */
export type TasksEventListener<Name extends TasksEventName | '*'> = (
  event: TasksEventOf<Name>,
) => unknown;

interface Follower {
  readonly names: readonly TasksEventName[];
  readonly tell: (isHeard: boolean) => void;
  told: boolean;
}

/**
 * Hands what happens to whoever listens: listeners, observables, and the subscribers of the
 * diagnostics channel `carillon:<name>` of the event.
 *
 * What can go wrong, and why it does not:
 *
 * - A listener throws or rejects. That is logged, once for each listener, and the others are called
 *   all the same. (An error of a channel's subscriber is an uncaught exception, as Node has it.)
 * - A listener makes an event happen. It waits until everybody has had the one before, so all of them
 *   see the same order.
 * - A listener would see the run or the request in which an event happens to be told. All of them
 *   are called at the root instead.
 * - One listener changes an event for the next. It is frozen.
 * - Nobody listens. Then an event costs a look at a set and at a channel; what is expensive to
 *   produce is not produced at all, as `follow` tells its producer.
 */
@Injectable()
export class TasksEventBus {
  private readonly logger = new TasksLogger('Tasks');
  private readonly atRoot = AsyncLocalStorage.snapshot();
  private readonly listeners = new Set<EventListener>();
  private readonly followers = new Set<Follower>();
  private readonly ends = new Set<() => void>();
  private readonly waiting: TasksEvent[] = [];
  private isHanding = false;

  emit(event: TasksEvent): void {
    if (this.hears(event.name)) {
      Object.freeze(event.data);
      this.waiting.push(Object.freeze(event));
      if (!this.isHanding) this.atRoot(() => this.handOut());
    }
    // A channel does not say when somebody subscribes.
    this.tellFollowers();
  }

  /**
   * Calls back for each event of the name, or for all with `*`, in the order in which they happen.
   *
   * @returns ends it
   */
  on<Name extends TasksEventName | '*'>(
    name: Name,
    listener: TasksEventListener<Name>,
  ): () => void {
    // It is called with events of its name only.
    const call = listener as (event: TasksEvent) => unknown;
    const entry = new EventListener(name, call, this.logger);
    this.listeners.add(entry);
    this.tellFollowers();
    return () => {
      this.listeners.delete(entry);
      this.tellFollowers();
    };
  }

  /** The events of the name, from the subscription on; it ends when the node has stopped. */
  events<Name extends TasksEventName | '*' = '*'>(name?: Name): Observable<TasksEventOf<Name>> {
    const asked = name ?? ('*' as Name);
    return new Observable((subscriber) => {
      const end = () => subscriber.complete();
      const off = this.on(asked, (event) => subscriber.next(event));
      this.ends.add(end);
      return () => {
        this.ends.delete(end);
        off();
      };
    });
  }

  /** Whether anybody would notice an event of this name. */
  hears(name: TasksEventName): boolean {
    if (channel(`carillon:${name}`).hasSubscribers) return true;
    for (const listener of this.listeners) if (listener.hears(name)) return true;
    return false;
  }

  /**
   * Tells a producer whether anybody would notice one of these events: at once, and whenever that
   * changes. A subscriber of a diagnostics channel is noticed at the next event of any name.
   *
   * @returns ends it
   */
  follow(names: readonly TasksEventName[], tell: (isHeard: boolean) => void): () => void {
    const follower: Follower = { names, tell, told: names.some((name) => this.hears(name)) };
    this.followers.add(follower);
    tell(follower.told);
    return () => void this.followers.delete(follower);
  }

  /** Nothing happens any more: completes the observables and forgets the listeners. */
  close(): void {
    for (const end of this.ends) end();
    this.listeners.clear();
    this.tellFollowers();
  }

  private handOut(): void {
    this.isHanding = true;
    try {
      for (let event = this.waiting.shift(); event; event = this.waiting.shift()) this.hand(event);
    } finally {
      this.isHanding = false;
    }
  }

  private hand(event: TasksEvent): void {
    const to = channel(`carillon:${event.name}`);
    if (to.hasSubscribers) to.publish(event);
    // Who comes now hears the next one; who leaves now does not hear this one any more.
    const now = Array.from(this.listeners).filter((listener) => listener.hears(event.name));
    for (const listener of now) if (this.listeners.has(listener)) listener.call(event);
  }

  private tellFollowers(): void {
    for (const follower of this.followers) {
      const isHeard = follower.names.some((name) => this.hears(name));
      if (isHeard === follower.told) continue;
      follower.told = isHeard;
      follower.tell(isHeard);
    }
  }
}
