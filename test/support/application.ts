import { NodeProcess } from './node-process.js';

/** The API's answer, as far as the tests look at it. */
export interface JobJson {
  readonly id: string;
  readonly nextFireAt: string | null;
  readonly state: string;
}

export interface RunJson {
  readonly id: string;
  readonly jobId: string;
  readonly state: string;
  readonly fireAt: string;
}

/** A process of the built application itself, as `npm start` runs it. */
export class Application extends NodeProcess {
  private url = '';

  /** @param env beside `PORT`, which is any that is free */
  static async start(
    name: string,
    env: Readonly<Record<string, string>>,
    where: { script?: string; cwd?: string; detached?: boolean } = {},
  ): Promise<Application> {
    const application = new Application(name, {
      script: 'main.js',
      env: { PORT: '0', TASKS_NODE_NAME: name, ...env },
      ...where,
    });
    const line = await application.saying('Listening on');
    application.url = /http:\/\/\S+?:\d+/.exec(line)![0];
    return application;
  }

  /** Host and port. */
  get address(): string {
    return new URL(this.url).host;
  }

  async get<Body>(path: string, key?: string): Promise<{ status: number; body: Body }> {
    const answer = await fetch(this.url + path, { headers: bearer(key) });
    return { status: answer.status, body: (await answer.json()) as Body };
  }

  async post<Body>(
    path: string,
    body: unknown,
    key?: string,
  ): Promise<{ status: number; body: Body }> {
    const answer = await fetch(this.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...bearer(key) },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    return { status: answer.status, body: (text ? JSON.parse(text) : undefined) as Body };
  }

  async jobs(): Promise<readonly JobJson[]> {
    return (await this.get<{ items: JobJson[] }>('/scheduler/jobs?limit=500')).body.items;
  }

  async runs(query = ''): Promise<readonly RunJson[]> {
    return (await this.get<{ items: RunJson[] }>(`/scheduler/runs?limit=500${query}`)).body.items;
  }
}

const bearer = (key?: string): Record<string, string> =>
  key === undefined ? {} : { authorization: `Bearer ${key}` };
