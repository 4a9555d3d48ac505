import { notAside } from './aside.js';
import type { Observer } from './observer.js';

/**
 * Triggers that see what no later look at the tables can tell: each change of a plan, each write to
 * a run that had ended, and each fall of the token. They belong to the harness, in a schema of its
 * own, and the library knows nothing of them.
 */
export async function installWitnesses(observer: Observer): Promise<void> {
  for (const statement of STATEMENTS) await observer.query(statement);
}

const STATEMENTS = [
  `CREATE SCHEMA chaos`,

  `CREATE TABLE chaos.plans (
     id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, job_id text, job jsonb,
     before_at timestamptz, last_at timestamptz, fired int, overdue_to timestamptz,
     after_at timestamptz,
     at timestamptz DEFAULT clock_timestamp())`,
  `CREATE FUNCTION chaos.see_plan() RETURNS trigger LANGUAGE plpgsql AS $$
     DECLARE seen chaos.plans;
     BEGIN
       IF TG_OP <> 'INSERT' THEN
         seen.job_id := OLD.job_id;
         seen.before_at := OLD.next_fire_at;
         seen.last_at := OLD.last_fire_at;
         seen.fired := OLD.fired;
         -- What this very transaction has recorded as overdue, or as missed while paused.
         SELECT covers_to INTO seen.overdue_to FROM carillon.runs r
         WHERE r.job_id = OLD.job_id AND r.fencing_token IS NULL
           AND r.covers_to IS NOT NULL AND r.xmin = pg_current_xact_id()::xid;
       END IF;
       IF TG_OP <> 'DELETE' THEN
         seen.job_id := NEW.job_id;
         seen.after_at := NEW.next_fire_at;
         SELECT to_jsonb(j) INTO seen.job FROM carillon.jobs j WHERE j.id = NEW.job_id;
       END IF;
       INSERT INTO chaos.plans (job_id, job, before_at, last_at, fired, overdue_to, after_at)
       VALUES (seen.job_id, seen.job, seen.before_at, seen.last_at, seen.fired, seen.overdue_to,
               seen.after_at);
       RETURN NULL;
     END $$`,
  `CREATE TRIGGER chaos_made AFTER INSERT OR DELETE ON carillon.job_plans
     FOR EACH ROW EXECUTE FUNCTION chaos.see_plan()`,
  `CREATE TRIGGER chaos_edited AFTER UPDATE ON carillon.job_plans
     FOR EACH ROW WHEN (OLD.revision IS DISTINCT FROM NEW.revision
                        -- A job whose first fire time passed while it was made gets its plan right after that.
                        OR OLD.next_fire_at IS NULL AND NEW.next_fire_at IS NOT NULL)
     EXECUTE FUNCTION chaos.see_plan()`,

  `CREATE TABLE chaos.overwritten (was jsonb, became jsonb, at timestamptz DEFAULT clock_timestamp())`,
  `CREATE FUNCTION chaos.see_overwriting() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN
       INSERT INTO chaos.overwritten (was, became)
       VALUES (to_jsonb(OLD), CASE WHEN TG_OP = 'UPDATE' THEN to_jsonb(NEW) END);
       RETURN NULL;
     END $$`,
  `CREATE TRIGGER chaos_overwritten AFTER UPDATE OR DELETE ON carillon.runs
     FOR EACH ROW WHEN (OLD.finished_at IS NOT NULL AND ${notAside('OLD.job_id')})
     EXECUTE FUNCTION chaos.see_overwriting()`,

  `CREATE TABLE chaos.tokens (
     id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, token bigint, before bigint,
     node_id uuid, at timestamptz DEFAULT clock_timestamp())`,
  `CREATE FUNCTION chaos.see_token() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN
       INSERT INTO chaos.tokens (token, before, node_id)
       VALUES (NEW.fencing_token, OLD.fencing_token, NEW.node_id);
       RETURN NULL;
     END $$`,
  `CREATE TRIGGER chaos_token AFTER UPDATE ON carillon.leader_lock
     FOR EACH ROW WHEN (OLD.fencing_token IS DISTINCT FROM NEW.fencing_token
                        OR OLD.node_id IS DISTINCT FROM NEW.node_id)
     EXECUTE FUNCTION chaos.see_token()`,

  // Who has ever had a canary's run, also where it was given back and nothing is left to tell.
  `CREATE TABLE chaos.claims (run_id text, node_id uuid, at timestamptz DEFAULT clock_timestamp())`,
  `CREATE FUNCTION chaos.see_claim() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN
       INSERT INTO chaos.claims (run_id, node_id) VALUES (NEW.id::text, NEW.node_id);
       RETURN NULL;
     END $$`,
  `CREATE TRIGGER chaos_claim AFTER UPDATE ON carillon.runs
     FOR EACH ROW WHEN (NEW.job_id LIKE 'canary-%' AND NEW.node_id IS NOT NULL
                        AND OLD.node_id IS DISTINCT FROM NEW.node_id)
     EXECUTE FUNCTION chaos.see_claim()`,

  // Statements that take long between what they have read and what they write.
  `CREATE TABLE chaos.drag (of_table text, chance float8, ms float8)`,
  `INSERT INTO chaos.drag VALUES ('runs', 0, 0)`,
  `CREATE FUNCTION chaos.drag() RETURNS trigger LANGUAGE plpgsql AS $$
     DECLARE drag chaos.drag;
     BEGIN
       SELECT * INTO drag FROM chaos.drag;
       IF TG_TABLE_NAME = drag.of_table AND random() < drag.chance THEN PERFORM pg_sleep(random() * drag.ms / 1000); END IF;
       RETURN NULL;
     END $$`,
  `CREATE TRIGGER chaos_drag BEFORE INSERT OR UPDATE ON carillon.runs
     FOR EACH STATEMENT EXECUTE FUNCTION chaos.drag()`,
  `CREATE TRIGGER chaos_drag BEFORE UPDATE ON carillon.job_plans
     FOR EACH STATEMENT EXECUTE FUNCTION chaos.drag()`,
];
