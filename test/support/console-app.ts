import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type ReadAlert, readAlert } from '../../src/alert/formats/read-alert.ts';
import { consoleActions } from '../../src/app/console/actions.ts';
import { change } from '../../src/app/console/changes.ts';
import { readerJobs } from '../../src/app/console/reader-jobs.ts';
import { consoleSource } from '../../src/app/console/source.ts';
import { createSteering } from '../../src/app/console/steering/steering.ts';
import { trySilence } from '../../src/app/console/trial.ts';
import { NoticeBoard } from '../../src/app/notice-board.ts';
import { readSetup, type Setup } from '../../src/app/setup.ts';
import { createConsole } from '../../src/console/console.ts';
import type { Reader } from '../../src/console/reader/client.ts';
import { Tally } from '../../src/console/series.ts';
import type { Clock } from '../../src/core/clock.ts';
import { Scrubber } from '../../src/core/secret.ts';
import { SqliteOutbox } from '../../src/outbox/sqlite-outbox.ts';
import { FakeClock } from './fake-clock.ts';
import { createHome, type Home } from './home.ts';
import { anAcceptedAlert, anIdentity, anIntake, openTestDatabase } from './outbox.ts';
import { RecordingLog } from './recording-log.ts';

/** The one process that these handlers do start, as it is built. */
const TRIALS = new URL('../../dist/app/console/steering/trial-process.js', import.meta.url);

export interface ConsoleApp {
  readonly home: Home;
  readonly clock: FakeClock;
  readonly log: RecordingLog;
  readonly outbox: SqliteOutbox;
  readonly database: ReturnType<typeof openTestDatabase>;
  readonly setup: Setup;
  /** Asks for a page, or sends a form as one of our pages does. */
  readonly ask: (path: string, form?: Form) => Promise<Asked>;
  /** Stores alerts for lanes, by their numbers. */
  readonly store: (lanes: readonly number[], ...lines: string[]) => void;
  /** The one-time id of the first form of a page that leads to an address. */
  readonly formId: (page: string, action: string) => Promise<string>;
}

export interface Asked {
  readonly status: number;
  readonly body: string;
  readonly headers: Headers;
}

export type Form = Readonly<Record<string, string | readonly string[]>> | string;

/**
 * A console without a server and without processes of its own: its handlers, over a real outbox and a real
 * configuration.
 * @param blocks of integrations.
 */
export function consoleApp({
  blocks = '<integration><name>slack</name><hook_url>http://127.0.0.1:9/secret-hook-path</hook_url><level>3</level><alert_format>json</alert_format></integration>',
  settings = '',
  write = true,
  hide = [] as readonly string[],
  lanes = ['slack'],
  setupBefore = (): Setup | undefined => undefined,
} = {}): ConsoleApp {
  const home = createHome(blocks);
  onTestFinished(() => home.remove());
  const settingsFile = join(home.path, 'etc', 'integratord.yaml');
  if (settings !== '') writeFileSync(settingsFile, settings);
  const paths = { ...home, home: home.path, settings: settingsFile, settingsOptional: true };
  const setup = readSetup(paths, {});
  const clock = new FakeClock();
  const database = openTestDatabase(home.state);
  const outbox = new SqliteOutbox(database);
  outbox.assignLanes(
    lanes.map((id) => anIdentity(id)),
    clock.now(),
  );
  const jobs = readerJobs(database, home.alerts, clock) as unknown as Readonly<
    Record<string, (...args: readonly unknown[]) => unknown>
  >;
  const ask = async (name: string, ...args: readonly unknown[]) => {
    // As it comes from another process.
    return structuredClone(await jobs[name]?.(...structuredClone(args)));
  };
  const reader = { ask } as unknown as Reader;
  const scrubber = new Scrubber(setup.secrets);
  const status = () => {
    throw new Error('nobody asks in these tests');
  };
  const source = consoleSource({
    reader,
    searcher: reader,
    status,
    tally: new Tally(),
    live: { watch: () => () => undefined, board: new NoticeBoard() },
    setup: () => setup,
    scrubber,
    clock,
  });
  // The pauses between its steps are for a daemon, which is not here.
  const unpaused: Clock = {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    random: () => clock.random(),
    after(_ms, callback) {
      setImmediate(callback);
      return () => undefined;
    },
  };
  const actions = consoleActions({
    apply: (what, who) => change(database, what, who, unpaused),
    reader,
    trySilence: (silence) => trySilence(silence, setup, home, clock),
    setup: () => setup,
    reloading: () => ({ reload: () => ({ accepted: true, waits: false, diagnostics: [] }) }),
    clock,
  });
  const log = new RecordingLog();
  const app = createConsole({
    settings: {
      listen: { kind: 'socket', path: '/nowhere' },
      mode: 0o600,
      write,
      usersFile: undefined,
      hosts: [],
      hide,
    },
    source,
    actions,
    busyShare: () => 0,
    steering: createSteering(
      {
        paths: { ...paths, config: home.config },
        setup: () => setup,
        setupBefore,
        inForceSince: () => clock.now(),
        clock,
      },
      TRIALS,
    ),
    clock,
    log,
    assets: { url: (name) => `/assets/${name}`, file: () => undefined },
  });
  onTestFinished(() => app.close());
  const send = async (path: string, form?: Form) => {
    const answer = await app.fetch(
      new Request(`http://localhost${path}`, {
        headers: { host: 'localhost', ...(form !== undefined && OURS) },
        ...(form !== undefined && { method: 'POST', body: encoded(form) }),
      }),
    );
    return { status: answer.status, body: await answer.text(), headers: answer.headers };
  };
  return {
    home,
    clock,
    log,
    outbox,
    database,
    setup,
    ask: send,
    store(to, ...lines) {
      const alerts = lines.map((line) => {
        const { facts, raw } = readAlert(Buffer.from(line)) as ReadAlert;
        return anAcceptedAlert(raw.toString(), to, facts.level ?? 0, facts.id);
      });
      outbox.accept(anIntake(alerts), clock.now());
    },
    async formId(page, action) {
      const { body } = await send(page);
      const [, form = ''] = body.split(`action="${action}"`);
      return /name="form" value="([\w-]+)"/.exec(form)?.[1] ?? '';
    },
  };
}

const OURS = {
  origin: 'http://localhost',
  'sec-fetch-site': 'same-origin',
  'sec-fetch-mode': 'navigate',
  'content-type': 'application/x-www-form-urlencoded',
};

function encoded(form: Form): string {
  if (typeof form === 'string') return form;
  const pairs = Object.entries(form).flatMap(([name, value]) => {
    return typeof value === 'string' ? [[name, value]] : value.map((one) => [name, one]);
  });
  return new URLSearchParams(pairs as [string, string][]).toString();
}
