// The daemon's parts in this process, put together as src/app/daemon.ts does it.
import { statSync } from 'node:fs';

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };
/** How often the daemon makes sure that results are on the disk. */
const SYNC_MS = 500;

/** Opens the outbox of a home, with lanes that deliver, and what intake needs. */
export async function openEngine(project, home) {
  const [{ systemClock }, { Scrubber }, { GroupCommit }, { Retention }, { LaneSet }] =
    await Promise.all(
      ['core/clock', 'core/secret', 'lanes/group-commit', 'app/retention', 'app/lane-set'].map(
        (name) => project.load(`${name}.js`),
      ),
    );
  const [{ Purge }, { SqliteOutbox }, { openOutboxDatabase }] = await Promise.all(
    ['purge', 'sqlite-outbox', 'state-directory'].map((name) => project.load(`outbox/${name}.js`)),
  );
  const { enabledIntegrations, readSetup } = await project.load('app/setup.js');
  const { createTransports } = await project.load('app/transports.js');
  const { Alert } = await project.load('alert/alert.js');

  await tuneHeap(project);
  const database = openOutboxDatabase(home.state);
  const outbox = new SqliteOutbox(database);
  const purge = new Purge(database);
  const settled = watchSettlements(outbox);
  const transports = createTransports(home, systemClock);
  const shared = {
    outbox,
    groupCommit: new GroupCommit(outbox, systemClock, SILENT),
    context: transports,
    clock: systemClock,
    log: SILENT,
    scrubber: new Scrubber(),
  };
  const lanes = new LaneSet(shared, undefined);
  const setup = readSetup(home, {});
  const routes = lanes.apply(enabledIntegrations(setup));
  if (routes.length === 0) throw new Error(JSON.stringify(setup.diagnostics));
  const retention = new Retention(purge, setup.settings.outbox, systemClock, SILENT);
  return {
    database,
    purge,
    routes,
    /** An alert for a job. */
    alert: (raw) => new Alert(raw),
    /** Reads the alert file from its beginning to its end, and stores. Nothing is delivered. */
    readAll: () => readAll(project, home, { outbox, retention, routes, clock: systemClock }),
    /** How many alerts were read, and how many of them matched an integration. */
    counts() {
      const rows = database.all('SELECT name, value FROM counter');
      return { read: 0, matched: 0, ...Object.fromEntries(rows.map((r) => [r.name, r.value])) };
    },
    /** Stores one delivery of each of these alerts (Buffers), for the lanes in turn. */
    store(alerts) {
      const checkpoint = { source: 'file', version: 1, state: {} };
      const counts = { read: 0, matched: 0, skipped: 0, unreadable: 0 };
      const accepted = alerts.map((raw, i) => ({
        raw,
        alertId: '1.1',
        level: 10,
        lanes: [routes[i % routes.length].lane],
      }));
      outbox.accept({ alerts: accepted, unreadable: [], counts, checkpoint }, Date.now());
    },
    /** Has the lanes work, and waits until so many more deliveries are settled, and on the disk. */
    async deliver(count) {
      const done = settled(count);
      const syncing = setInterval(() => outbox.sync(), SYNC_MS);
      lanes.wake(new Set(routes.map((route) => route.lane)));
      await done;
      clearInterval(syncing);
      outbox.sync();
    },
    async close() {
      await lanes.stop(7000);
      await transports.close();
      database.close();
    },
  };
}

async function tuneHeap(project) {
  try {
    (await project.load('app/heap.js')).tuneHeap();
  } catch {
    // A version to compare with that did not do so.
  }
}

async function readAll(project, home, { outbox, retention, routes, clock }) {
  const { Intake } = await project.load('intake/intake.js');
  const { Router } = await project.load('routing/router.js');
  const { FileSource } = await project.load('sources/file/file-source.js');
  const size = statSync(home.alerts).size;
  const checkpoint = outbox.checkpoint('file');
  const options = { path: home.alerts, checkpoint, fromStart: true };
  const source = new FileSource({ ...options, clock, log: SILENT });
  const stop = new AbortController();
  // What earlier versions asked for, and what this one asks for.
  const room = { hasRoom: () => retention.hasRoom(), poolBytes: () => retention.poolBytes() };
  const parts = { outbox, clock, log: SILENT, ...room, wake() {} };
  const intake = new Intake({ ...parts, sources: [until(source, size, stop)] }, new Router(routes));
  await intake.run(stop.signal);
  await source.close();
  retention.stop();
}

/** Ends a source when everything up to an offset was read, and more is asked for. */
function until(source, size, stop) {
  let isAtEnd = false;
  return {
    name: source.name,
    resumeFrom: source.resumeFrom?.bind(source),
    async next(signal) {
      if (isAtEnd) {
        stop.abort();
        return undefined;
      }
      const batch = await source.next(signal);
      isAtEnd = batch.checkpoint.state.position.offset >= size;
      return batch;
    },
  };
}

/** Has an outbox say when so many more deliveries were settled. */
function watchSettlements(outbox) {
  let missing = 0;
  let finish;
  const commit = outbox.commit.bind(outbox);
  outbox.commit = (changes) => {
    commit(changes);
    missing -= changes.settlements?.length ?? 0;
    if (missing <= 0) finish?.();
  };
  return (count) => {
    missing = count;
    return new Promise((resolve) => {
      finish = resolve;
    });
  };
}
