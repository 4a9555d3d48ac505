import type { Problem } from '../answers.js';
import type { Command, Place } from '../command.js';
import {
  judgeCluster,
  judgeNode,
  judgeServer,
  type Finding,
  type NodeState,
} from '../doctor/judge.js';
import { CliError, EXIT } from '../exit-codes.js';
import { plain } from '../words.js';

export const doctor: Command = {
  name: 'doctor',
  summary: 'looks for what is wrong with the set-up: this Node, a node, and the database',
  args: [],
  options: {
    'database-url': {
      value: 'url',
      about: 'looks at this database too; CARILLON_DATABASE_URL otherwise',
    },
    schema: { value: 'name', about: 'the schema of the tables, carillon by default' },
    offline: { about: 'asks no node, only the database' },
  },
  async run(given, place) {
    const url = given.text('database-url') ?? (place.env['CARILLON_DATABASE_URL'] || undefined);
    const findings = [
      judgeNode(process.versions.node),
      ...(given.flag('offline') ? [] : await ofCluster(place)),
      ...(url === undefined ? [] : await ofServer(url, given.text('schema') ?? 'carillon')),
    ];
    place.answer(findings, () => findings.flatMap(paragraph));
    return findings.some(({ verdict }) => verdict === 'error') ? EXIT.failed : EXIT.ok;
  },
};

async function ofCluster({ api }: Place): Promise<Finding[]> {
  try {
    const { running, node } = await api.get<{ running: boolean; node: NodeState }>('');
    const { items } = await api.get<{ items: Problem[] }>('problems');
    return judgeCluster({ running, mode: node.mode }, items);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return [
      { about: 'node', verdict: 'error', found: 'it cannot be asked', remedy: error.message },
    ];
  }
}

/** Loaded only here: nothing else of the command line needs a driver. */
async function ofServer(url: string, schema: string): Promise<Finding[]> {
  const { examineServer } = await import('../../store/postgres/session/examine-server.js');
  const { SCHEMA_VERSION } = await import('../../store/postgres/migrations/index.js');
  const now = () => performance.timeOrigin + performance.now();
  try {
    return judgeServer(await examineServer(url, schema, now), SCHEMA_VERSION);
  } catch (error) {
    const remedy = 'Look at its address, whether it runs, and whether the role may sign in.';
    return [{ about: 'database', verdict: 'error', found: wordsOf(error), remedy }];
  }
}

/** Two addresses of one host that both refuse come as one error without words. */
function wordsOf(error: unknown): string {
  const { message, code } = error as { message: string; code?: string };
  return message || (code ?? 'it cannot be reached');
}

function paragraph({ about, verdict, found, remedy }: Finding): string[] {
  const line = `${verdict.padEnd(7)}  ${plain(about)}: ${plain(found)}`;
  return remedy === null ? [line] : [line, `         To do: ${plain(remedy)}`];
}
