import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { aDeclaration, NODE } from '../../../test/support/builders.js';
import { Declarations } from './declarations.js';
import { InvalidInputError, UnavailableError } from '../domain/errors.js';
import { TaskRegistry } from '../registry/task-registry.js';
import type { JobStore } from '../store/job-store.js';
import type { Declared, DeclaredJob } from '../domain/declared-job.js';
import { TasksOptions } from '../tasks.options.js';

const configured = {
  id: 'from-file',
  task: 'report',
  trigger: { type: 'interval', minutes: 1 },
} as const;

let registry: TaskRegistry;
let said: string[];
let declared: string[];
let answers: Map<string, Declared | Error>;

beforeEach(() => {
  said = [];
  for (const level of ['log', 'warn', 'error'] as const) {
    vi.spyOn(Logger.prototype, level).mockImplementation((line: string) => {
      said.push(`${level}: ${line}`);
    });
  }
  declared = [];
  answers = new Map();
  registry = new TaskRegistry();
  for (const id of ['report', 'mail']) {
    const job = aDeclaration(id, { hash: `hash of ${id}` });
    registry.register({ name: id, source: `Some.${id}`, handler: () => undefined, job });
  }
});
afterEach(() => {
  vi.restoreAllMocks();
});

function make(options: Partial<TasksOptions> = {}): Declarations {
  const store = {
    declare: (job: DeclaredJob, nodeId: string) => {
      declared.push(job.id);
      expect(nodeId).toBe(NODE);
      const answer = answers.get(job.id) ?? 'unchanged';
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
  };
  const given = Object.assign(new TasksOptions(), options);
  return new Declarations(registry, store as JobStore, given);
}

describe('what a node declares', () => {
  it('is what its code says and what its configuration says', async () => {
    const declarations = make({ jobs: [configured] });
    expect(declarations.advertised.tasks).toEqual({
      report: 'hash of report',
      mail: 'hash of mail',
    });
    expect(declarations.advertised.jobs).toEqual({
      'from-file': expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    await declarations.declare(NODE);
    expect(declared).toEqual(['report', 'mail', 'from-file']);
    expect(said).toEqual([]);
  });

  it('is nothing where it does not work', async () => {
    const declarations = make({ jobs: [configured], roles: ['scheduler', 'api'] });
    expect(declarations.advertised).toEqual({ tasks: {}, jobs: {} });
    await declarations.declare(NODE);
    expect(declared).toEqual([]);
  });

  it('is refused at once when a configured job is wrong, or has the id of one in code', () => {
    const never = { ...configured, trigger: { type: 'cron', expression: '0 0 30 2 *' } } as const;
    expect(() => make({ jobs: [never] })).toThrow(/The option "jobs" was refused: \/0\/trigger/);
    const declarations = make({ jobs: [{ ...configured, id: 'mail' }] });
    expect(() => declarations.check()).toThrow(
      'The option "jobs" was refused: /0/id is that of the job that Some.mail declares',
    );
  });

  it('may ask for a task that only other nodes know, which it says', () => {
    make({ jobs: [configured, { ...configured, id: 'b', task: 'Else.where' }] }).check();
    expect(said).toEqual([
      'warn: The configured job "b" asks for the task "Else.where", which this node does not know. ' +
        'Its runs wait for a node that does.',
    ]);
  });
});

describe('declaring', () => {
  it.each<[Declared, RegExp]>([
    ['created', /^log: Job "report" was created\.$/],
    ['replaced', /^log: Job "report" is now what Some\.report declares\.$/],
    ['restarted', /^log: Job "report" was scheduled for this start of the cluster\.$/],
    ['restored', /^log: Job "report" fires as Some\.report declares it again: what code had set/],
    ['revived', /^log: Job "report" was revived: Some\.report declares it again\.$/],
    ['drifted', /^warn: Job "report" stays as another live node declares it, which is newer than/],
    ['disabled', /^log: Job "report" is paused: Some\.report is disabled here, and no other live/],
    ['enabled', /^log: Job "report" is fired again: Some\.report is not disabled here\.$/],
    ['taken', /^error: Some\.report declares the job "report", but a job of that id .* Rename/],
  ])('tells what came of it: %s', async (outcome, line) => {
    answers.set('report', outcome);
    await make().declare(NODE);
    expect(said).toEqual([expect.stringMatching(line)]);
  });

  it('tells why what fires after each start does not, where the cluster goes on', async () => {
    const trigger = { type: 'start', delayMs: 0 } as const;
    const job = aDeclaration('warm-up', { trigger });
    registry.register({ name: 'warm-up', source: 'Some.warmUp', handler: () => undefined, job });
    await make().declare(NODE);
    expect(said).toEqual([
      'log: "warm-up" has had its run of this start of the cluster: it goes on since another node is ' +
        'alive, or was a moment ago.',
    ]);
  });

  it('declares a job that is disabled here apart from those that it runs', async () => {
    registry.register({
      name: 'off',
      source: 'Some.off',
      handler: () => undefined,
      job: aDeclaration('off', { disabled: true }),
    });
    const declarations = make();
    expect(declarations.advertised.tasks).not.toHaveProperty('off');
    expect(declarations.advertised.jobs).toEqual({ off: 'disabled' });
    expect(registry.runnable()).toEqual(['report', 'mail']);
    await declarations.declare(NODE);
    expect(registry.enable('off')).toBe(true);
    expect(declarations.advertised.tasks).toHaveProperty('off');
    declared = [];
    expect(await declarations.declareNew(NODE)).toBe(true);
    expect(declared).toEqual(['off']);
    expect(await declarations.declareNew(NODE)).toBe(false);
  });

  it('goes on after a job that is refused', async () => {
    const issues = [{ pointer: '/trigger', message: 'is odd' }];
    answers.set('report', new InvalidInputError('The job', issues));
    await make().declare(NODE);
    expect(declared).toEqual(['report', 'mail']);
    expect(said).toEqual([
      'error: Some.report declares the job "report", which was refused: The job was refused: ' +
        '/trigger is odd',
    ]);
  });

  it('gives up when the database is away, to be begun again', async () => {
    answers.set('report', new UnavailableError('it is away'));
    await expect(make().declare(NODE)).rejects.toThrow(UnavailableError);
    expect(declared).toEqual(['report']);
  });
});

describe('adopting', () => {
  it('declares what is asked for, and nothing else', async () => {
    answers.set('mail', 'replaced');
    await make({ jobs: [configured] }).adopt(['mail', 'unheard-of'], NODE);
    expect(declared).toEqual(['mail']);
    expect(said).toEqual([
      'log: No live node still declares "mail" as stored: this node writes its own declaration.',
      'log: Job "mail" is now what Some.mail declares.',
    ]);
  });

  it('does not repeat what was refused, nor overlap itself', async () => {
    const declarations = make();
    answers.set('mail', new Error('odd'));
    await Promise.all([declarations.adopt(['mail'], NODE), declarations.adopt(['mail'], NODE)]);
    await declarations.adopt(['mail', 'report'], NODE);
    await declarations.adopt(['mail'], NODE);
    expect(declared).toEqual(['mail', 'report']);
  });

  it('is tried again with the next heartbeat when the database is away', async () => {
    const declarations = make();
    answers.set('mail', new UnavailableError('it is away'));
    await declarations.adopt(['mail'], NODE);
    answers.set('mail', 'replaced');
    await declarations.adopt(['mail'], NODE);
    expect(declared).toEqual(['mail', 'mail']);
  });
});
