import { decidedAt, type Subject } from '../../cli/explain/explanation.ts';
import { foundSubject, givenSubject, storedSubjects } from '../../cli/explain/subjects.ts';
import { filterOf, matcherOf } from '../../console/reader/matches.ts';
import type { FoundAlert, Jobs } from '../../console/reader/protocol.ts';
import type { Clock } from '../../core/clock.ts';
import { AlertHistory } from '../../outbox/alert-history.ts';
import { auditRecords } from '../../outbox/audit.ts';
import { browse } from '../../outbox/browse/browse.ts';
import { deadGroups } from '../../outbox/browse/dead-groups.ts';
import { Configurations } from '../../outbox/configurations.ts';
import type { Database } from '../../outbox/database.ts';
import { Queue } from '../../outbox/queue.ts';
import { silenceReceipts } from '../../outbox/silence-receipts.ts';
import { Silences } from '../../outbox/silences.ts';
import { SqliteStatistics } from '../../outbox/statistics.ts';
import { findAlert } from '../../sources/file/alert-search.ts';
import { systemFileSystem } from '../../sources/file/files.ts';
import { exportPiece } from './export-piece.ts';
import { givenAlerts } from './given-alerts.ts';
import { targetCount } from './targets.ts';

/** How long deliveries may be counted. */
const COUNT_MS = 3000;

/** What the console asks about the outbox. @param alerts the path of the alert file. */
export function readerJobs(database: Database, alerts: string, clock: Clock): Jobs {
  const history = new AlertHistory(database);
  const configurations = new Configurations(database);
  const queue = new Queue(database);
  const monotonic = () => clock.monotonic();
  const withConfiguration = (subject: Subject): FoundAlert => {
    const { alert, foundIn, path, readAt, deliveries } = subject;
    const configuration = configurations.at(decidedAt(subject, clock.now()));
    return { raw: alert.raw, foundIn, path, readAt, deliveries, configuration };
  };
  return {
    deliveries: (search, rows, budgetMs) =>
      browse(database, filterOf(search), {
        rows,
        budgetMs,
        monotonic,
        matches: matcherOf(search),
      }),
    integrations: () => queue.integrations(),
    delivery(id) {
      const detail = queue.show(id);
      if (detail === undefined) return undefined;
      const raw = Buffer.from(detail.raw);
      const alert = {
        raw,
        foundIn: 'outbox' as const,
        path: undefined,
        readAt: detail.readAt,
        deliveries: history.ofDelivery(id, clock.now()),
        configuration: configurations.at(detail.readAt),
      };
      return { detail: { ...detail, raw: '' }, alert };
    },
    deadGroups: (budgetMs) => deadGroups(database, budgetMs, monotonic),
    count: (target, action) =>
      targetCount(database, target, action, { budgetMs: COUNT_MS, monotonic }),
    exported: (search) => exportPiece(database, search, monotonic),
    async alert(id) {
      const stored = storedSubjects(history, id, clock.now());
      if (stored.length > 0) return { alerts: stored.map(withConfiguration), left: [] };
      const search = await findAlert(id, { files: systemFileSystem, path: alerts });
      const found = foundSubject(search, history, clock.now());
      return { alerts: found === undefined ? [] : [withConfiguration(found)], left: search.left };
    },
    given: (form) =>
      givenAlerts(form, (alert) => {
        const place = { foundIn: 'input', path: undefined } as const;
        const found = withConfiguration(givenSubject(alert, place, history, clock.now()));
        const { id = '' } = alert.facts;
        const [stored] = found.readAt === undefined ? [] : storedSubjects(history, id, clock.now());
        return { ...found, stored: stored?.alert.raw };
      }),
    silences: () => new Silences(database).list(),
    receipts: (key) => silenceReceipts(database, key),
    activity: (rows, before) => auditRecords(database, { before }, rows),
    backlog: () => new SqliteStatistics(database).backlog(),
  };
}
