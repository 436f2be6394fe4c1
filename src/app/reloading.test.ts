import { beforeEach, expect, it } from 'vitest';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { anIntegration } from '../../test/support/jobs.ts';
import { RecordingLog } from '../../test/support/recording-log.ts';
import { NO_TIMES } from '../config/times.ts';
import type { Diagnostic } from '../core/diagnostic.ts';
import { OutboxError } from '../core/outbox-error.ts';
import { DEFAULT_SETTINGS } from '../core/settings.ts';
import { NO_QUIET } from '../silences/quiet.ts';
import { Reloading } from './reloading.ts';
import type { PreparedIntegration, Setup } from './setup.ts';

const ERROR: Diagnostic = {
  severity: 'error',
  file: 'ossec.conf',
  line: 3,
  column: 4,
  message: 'unknown option',
};
const REFUSED = 'configuration is invalid; the previous one stays active';
const NOT_APPLIED = 'configuration waits for the outbox; the previous one stays active';

let clock: FakeClock;
let log: RecordingLog;
let applied: Setup[];
let reloads: unknown[][];
let files: Setup;
let fails: boolean;
let delivering: Set<string>;
beforeEach(() => {
  clock = new FakeClock();
  log = new RecordingLog();
  applied = [];
  reloads = [];
  files = aSetup();
  fails = false;
  delivering = new Set();
});

function aSetup(changes: Partial<Setup> = {}): Setup {
  const settings = DEFAULT_SETTINGS;
  const empty = {
    integrations: [],
    diagnostics: [],
    secrets: [],
    blank: [],
    scriptEnvironment: {},
    quiet: NO_QUIET,
    canaries: new Map(),
  };
  return { ...empty, fatal: false, settings, times: NO_TIMES, tests: [], notices: [], ...changes };
}

function reloading(): Reloading {
  return new Reloading(files, {
    file: 'ossec.conf',
    clock,
    log,
    read: () => files,
    apply: (setup) => {
      if (fails) throw new OutboxError('full', 'the disk is full');
      applied.push(setup);
    },
    delivers: (id) => delivering.has(id),
    onReload: (...values) => reloads.push(values),
  });
}

const messages = () => log.lines.map(({ level, message }) => `${level} ${message}`);

it('puts a valid configuration in force', () => {
  const own = reloading();
  const warning: Diagnostic = { ...ERROR, severity: 'warning' };
  files = aSetup({ diagnostics: [warning] });
  expect(own.reload()).toEqual({ accepted: true, waits: false, diagnostics: [warning] });
  expect([applied, reloads, own.refusal]).toEqual([[files], [[true, 1]], undefined]);
  expect(messages()).toEqual([
    'warn ossec.conf:3:4: warning: unknown option',
    'info configuration reloaded',
  ]);
});

it('remembers a refusal, since when and why, until a reload is accepted', () => {
  const own = reloading();
  const since = clock.now();
  files = aSetup({ diagnostics: [ERROR] });
  expect(own.reload()).toEqual({ accepted: false, waits: false, diagnostics: [ERROR] });
  expect(own.refusal).toEqual({ since, diagnostics: [ERROR] });
  expect(messages()).toEqual(['error ossec.conf:3:4: error: unknown option', `error ${REFUSED}`]);
  clock.tick(5000);
  const other = { ...ERROR, line: 9 };
  files = aSetup({ diagnostics: [other] });
  own.reload();
  expect(own.refusal).toEqual({ since, diagnostics: [other] });
  expect(applied).toEqual([]);
  expect(reloads).toEqual([
    [false, 1],
    [false, 1],
  ]);
  files = aSetup();
  own.reload();
  expect([applied, own.refusal]).toEqual([[files], undefined]);
});

it('changes nothing while the outbox fails, and tries again by itself', async () => {
  const own = reloading();
  const since = clock.now();
  files = aSetup();
  fails = true;
  expect(own.reload()).toEqual({ accepted: false, waits: true, diagnostics: [] });
  await clock.advance(30_000);
  expect([applied, own.refusal]).toEqual([[], { since, diagnostics: [] }]);
  expect(log.with(NOT_APPLIED)).toHaveLength(1);
  fails = false;
  await clock.advance(10_000);
  expect([applied, own.refusal]).toEqual([[files], undefined]);
  await clock.advance(60_000);
  expect(applied).toHaveLength(1);
});

it('reloads nothing once it is stopped', async () => {
  const own = reloading();
  fails = true;
  own.reload();
  own.stop();
  fails = false;
  await clock.advance(60_000);
  own.reload();
  expect(applied).toEqual([]);
  expect(reloads).toHaveLength(1);
});

it('counts an integration as able that could not run at first and delivers by now', () => {
  const integration = anIntegration({ id: 'custom-a', name: 'custom-a' });
  const unusable = { kind: 'missing_script', reason: 'no script' } as const;
  files = aSetup({ integrations: [{ integration, unusable } as PreparedIntegration] });
  const own = reloading();
  own.reload();
  expect(own.refusal).toBeUndefined();
  delivering.add('custom-a');
  own.reload();
  expect(own.refusal?.diagnostics).toMatchObject([
    { message: expect.stringContaining('custom-a') },
  ]);
});
