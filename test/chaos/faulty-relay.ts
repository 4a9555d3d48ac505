import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Random } from '../simulation/random.js';
import { RelayLink, type Direction, type Passage, type Passages } from './relay-link.js';

/** One node's way to the database, on which everything can go wrong. */
export class FaultyRelay {
  private readonly links = new Set<RelayLink>();
  private readonly passages: Passages = { up: PASS, down: PASS };
  private answerToLose: { patterns: readonly string[]; lost: () => void } | null = null;
  private refuses = false;

  private constructor(
    private readonly server: Server,
    private readonly target: URL,
    private readonly random: Random,
    private readonly asPooler: boolean,
  ) {
    server.on('connection', (near) => this.accept(near));
  }

  /** @param asPooler gives each connection another process id than the server's, as a pooler does */
  static async to(databaseUrl: string, seed: number, asPooler: boolean): Promise<FaultyRelay> {
    const server = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new FaultyRelay(server, new URL(databaseUrl), new Random(seed), asPooler);
  }

  /** The database's URL by way of this relay. */
  get url(): string {
    const url = new URL(this.target);
    url.hostname = '127.0.0.1';
    url.port = String((this.server.address() as AddressInfo).port);
    return url.href;
  }

  set(direction: Direction, passage: Passage): void {
    this.passages[direction] = passage;
    for (const link of this.links) link.follow();
  }

  /** Resets every connection and takes no new one. */
  cut(): void {
    this.refuses = true;
    for (const link of this.links) link.reset();
  }

  /**
   * The next statement whose bytes hold one of the patterns is carried out, and its answer lost together
   * with the connection.
   */
  loseAnswerTo(patterns: readonly string[], lost: () => void): void {
    this.answerToLose = { patterns, lost };
  }

  loseNoAnswer(): void {
    this.answerToLose = null;
  }

  heal(): void {
    this.refuses = false;
    this.set('up', PASS);
    this.set('down', PASS);
    for (const link of this.links) if (link.isSpoilt) link.close();
  }

  async close(): Promise<void> {
    if (!this.server.listening) return;
    this.server.close();
    for (const link of this.links) link.close();
    await once(this.server, 'close');
  }

  private accept(near: Socket): void {
    if (this.refuses) {
      near.resetAndDestroy();
      return;
    }
    const far = connect(Number(this.target.port), this.target.hostname);
    const ends = { up: near, down: far };
    const link: RelayLink = new RelayLink(ends, this.passages, this.random, () =>
      this.links.delete(link),
    );
    this.links.add(link);
    let greeted = !this.asPooler;
    near.on('data', (bytes: Buffer) => {
      this.look(link, bytes);
      link.carry('up', bytes);
    });
    far.on('data', (bytes: Buffer) => {
      if (!greeted) greeted = disguise(bytes);
      link.carry('down', bytes);
    });
    link.follow();
  }

  private look(link: RelayLink, bytes: Buffer): void {
    const wanted = this.answerToLose;
    if (!wanted?.patterns.some((pattern) => bytes.includes(pattern))) return;
    this.answerToLose = null;
    link.loseAnswer();
    wanted.lost();
  }
}

const PASS: Passage = { kind: 'pass' };

/** Changes the process id in the server's greeting. True: it was in these bytes. */
function disguise(bytes: Buffer): boolean {
  const at = bytes.indexOf(BACKEND_KEY);
  if (at < 0) return false;
  bytes.writeInt32BE(1 + (bytes.readInt32BE(at + 5) % 1_000_000_000), at + 5);
  return true;
}

/** Type and length of the message that tells process id and secret. */
const BACKEND_KEY = Buffer.from([0x4b, 0, 0, 0, 12]);
