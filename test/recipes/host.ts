/** The application around the recipes: services that only remember what they were asked for. */
import { Injectable } from '@nestjs/common';

@Injectable()
export class Reports {
  readonly written: string[] = [];

  async write(tenant: string, month: string): Promise<void> {
    this.written.push(`${tenant} ${month}`);
  }
}

@Injectable()
export class Payments {
  /** Answers that are lost, before the first that arrives. */
  lost = 0;
  /** Key → amount: a key that is known is charged no second time. */
  readonly charged = new Map<string, number>();
  calls = 0;

  async charge(amount: number, { key }: { key: string }): Promise<void> {
    this.calls++;
    this.charged.set(key, amount);
    if (this.lost-- > 0) throw Object.assign(new Error('no answer'), { name: 'TimeoutError' });
  }
}

@Injectable()
export class Mailer {
  readonly sent: string[] = [];

  async send(to: string, subject: string): Promise<void> {
    this.sent.push(`${to}: ${subject}`);
  }
}

@Injectable()
export class SearchIndex {
  readonly pages = 4;
  readonly done: number[] = [];
  /** Called before each page. */
  before: (page: number) => Promise<void> | void = () => undefined;

  async add(page: number): Promise<void> {
    await this.before(page);
    this.done.push(page);
  }
}
