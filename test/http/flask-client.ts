/** What Flask-APScheduler's documentation says of its thirteen routes, as a client. */
export class FlaskClient {
  constructor(private readonly url: string) {}

  getSchedulerInfo = () => this.send('GET', '');
  pauseScheduler = () => this.send('POST', '/pause');
  resumeScheduler = () => this.send('POST', '/resume');
  startScheduler = () => this.send('POST', '/start');
  shutdownScheduler = (wait?: boolean) =>
    this.send('POST', '/shutdown', wait === undefined ? undefined : { wait });
  addJob = (job: object) => this.send('POST', '/jobs', job);
  getJob = (id: string) => this.send('GET', `/jobs/${id}`);
  getJobs = () => this.send('GET', '/jobs');
  deleteJob = (id: string) => this.send('DELETE', `/jobs/${id}`);
  updateJob = (id: string, changes: object) => this.send('PATCH', `/jobs/${id}`, changes);
  pauseJob = (id: string) => this.send('POST', `/jobs/${id}/pause`);
  resumeJob = (id: string) => this.send('POST', `/jobs/${id}/resume`);
  runJob = (id: string) => this.send('POST', `/jobs/${id}/run`);

  private async send(method: string, path: string, body?: object) {
    const answer = await fetch(`${this.url}/scheduler${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: (text ? JSON.parse(text) : null) as unknown };
  }
}
