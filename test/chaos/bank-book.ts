import type { NewJobInput } from 'carillon';
import type { Violation } from '../simulation/invariants.js';

type Query = <Row extends object>(sql: string) => Promise<Row[]>;

/** Money goes to and fro all the time, in one transaction with the success of the run. */
export const TRANSFERS: NewJobInput = {
  id: 'transfers',
  task: 'transfer',
  trigger: { type: 'interval', milliseconds: 100 },
  transactional: true,
  onCrash: 'rerun',
  coalesce: 'all',
  overlap: 'allow',
  retry: { maxAttempts: 20, delayMs: 100 },
};

/**
 * So many, between which money goes to and fro. Of few a frozen node would hold all, and what it has lost would wait with
 * the rest instead of being run again.
 */
export const ACCOUNTS = 40;

/** What the accounts hold together, always. */
const TOTAL = 8_000;

export async function openBank(query: Query): Promise<void> {
  await query('CREATE SCHEMA bank');
  await query('CREATE TABLE bank.accounts (id int PRIMARY KEY, balance int NOT NULL)');
  await query(
    `INSERT INTO bank.accounts SELECT n, ${TOTAL / ACCOUNTS} FROM generate_series(1, ${ACCOUNTS}) n`,
  );
  await query(
    `CREATE TABLE bank.transfers (
       id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, run_id text, attempt int, amount int)`,
  );
}

/** Promise 5: a run has succeeded if and only if its writes are there, once and whole. */
export async function auditBank(query: Query): Promise<Violation[]> {
  const [sum] = await query<{ total: number }>(
    'SELECT sum(balance)::int AS total FROM bank.accounts',
  );
  const uneven = await query<{ run: string; state: string; transfers: number }>(
    `SELECT coalesce(r.id::text, t.run_id) AS run, r.state, count(t.id)::int AS transfers
     FROM (SELECT * FROM carillon.runs WHERE task = 'transfer') r
       FULL JOIN bank.transfers t ON t.run_id = r.id::text AND t.attempt = r.attempt
     GROUP BY r.id, r.state, t.run_id
     HAVING count(t.id) <> (CASE WHEN r.state = 'succeeded' THEN 1 ELSE 0 END)
     LIMIT 20`,
  );
  return [
    ...(sum?.total === TOTAL ? [] : [broken('money is kept', `the sum is ${sum?.total}`, sum)]),
    ...uneven.map((row) =>
      broken(
        'a success and its writes are one',
        `run ${row.run} is ${row.state} and has ${row.transfers} transfers`,
        row,
      ),
    ),
  ];
}

const broken = (invariant: string, detail: string, evidence: unknown): Violation => ({
  invariant,
  detail,
  evidence: [evidence],
});
