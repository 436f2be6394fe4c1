// An outbox with very many deliveries in it, of two days, as several integrations leave them behind.
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { alertLines } from './alerts.mjs';
import { startDaemon } from './daemon.mjs';

/** Different texts of alerts, each of a rule and an agent: others repeat them under their own ids. */
const TEXTS = 997;
const RULES = 211;
const AGENTS = 47;
const SPAN_MS = 2 * 86_400_000;

/** Of a hundred deliveries: so many are dead, so many wait, and the others have been delivered. */
const OF_A_HUNDRED = { dead: 1, waiting: 4 };

/** Fills the outbox of a home that no daemon works on. What waits is due in a day: nothing is sent meanwhile. */
export async function storeDeliveries(project, home, count) {
  // It makes the outbox and its lanes.
  const daemon = await startDaemon(project, home);
  await daemon.stop();
  const database = new DatabaseSync(join(home.state, 'outbox.db'));
  const now = Date.now();
  database.exec('CREATE TEMP TABLE text (n INTEGER PRIMARY KEY, raw BLOB, rule, agent, agent_id)');
  const insert = database.prepare('INSERT INTO text VALUES (?, ?, ?, ?, ?)');
  for (const [n, line] of alertLines({ count: TEXTS }).entries()) {
    const alert = JSON.parse(line);
    const [rule, name, id] = [`${5700 + (n % RULES)}`, `agent-${n % AGENTS}`, `0${n % AGENTS}`];
    const text = { ...alert, rule: { ...alert.rule, id: rule }, agent: { id, name } };
    insert.run(n, Buffer.from(JSON.stringify(text)), rule, name, id);
  }
  const lanes = database.prepare('SELECT COUNT(*) AS n FROM lane').get().n;
  const readAt = `${now - SPAN_MS} + CAST(n.i * ${SPAN_MS / count} AS INTEGER)`;
  const state = `CASE WHEN n.i % 100 < ${OF_A_HUNDRED.dead} THEN 'dead'
    WHEN n.i % 100 < ${OF_A_HUNDRED.dead + OF_A_HUNDRED.waiting} THEN 'pending' ELSE 'delivered' END`;
  const numbers = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})`;
  database.exec(`BEGIN;
    ${numbers} INSERT INTO alert (id, alert_id, level, read_at, raw)
      SELECT n.i, 'stored.' || n.i, 3 + n.i % 13, ${readAt}, raw FROM n JOIN text ON text.n = n.i % ${TEXTS};
    INSERT OR REPLACE INTO alert_label (alert, read_at, level, rule, agent, agent_id)
      SELECT id, read_at, level, rule, agent, agent_id FROM alert JOIN text ON text.n = id % ${TEXTS};
    ${numbers} INSERT INTO delivery (alert, lane, state, priority, due_at, attempts, reason, finished_at, bytes)
      SELECT n.i, 1 + n.i / 100 % ${lanes}, s, 0, CASE s WHEN 'pending' THEN ${now + 86_400_000} ELSE 0 END, 1,
        CASE s WHEN 'dead' THEN 'client_error' END, CASE s WHEN 'pending' THEN NULL ELSE at END, 900
      FROM (SELECT i, ${state} AS s, ${readAt} AS at FROM n) AS n;
    INSERT INTO attempt (delivery, number, started_at, duration_ms, outcome, reason, status, message)
      SELECT id, 1, finished_at - 50, 40, 'reject', 'client_error', 400, 'cause ' || id / 100 % 40
      FROM delivery WHERE state = 'dead';
    COMMIT;`);
  database.close();
}
