import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { freePort } from '../../test/support/free-port.ts';
import { until } from '../../test/support/program.ts';
import { RecordingLog } from '../../test/support/recording-log.ts';
import { tempDir } from '../../test/support/temp-dir.ts';
import { Metrics } from '../telemetry/metrics.ts';
import { Exposition } from './exposition.ts';

const NOTHING = { listen: undefined, file: undefined };
const listen = { host: '127.0.0.1', port: await freePort() };
let log: RecordingLog;
let exposition: Exposition;

beforeEach(() => {
  log = new RecordingLog();
  exposition = new Exposition(new Metrics(), new FakeClock(), log);
});
afterEach(() => exposition.stop());

const served = () => log.with('metrics are served').length;
const text = async () => (await fetch(`http://127.0.0.1:${listen.port}/metrics`)).text();

it('gives nothing unless the settings say so', async () => {
  exposition.use(NOTHING);
  await exposition.stop();
  expect(log.lines).toEqual([]);
});

it('follows the settings, and leaves alone what has not changed', async () => {
  const [one, other] = [join(tempDir(), 'a.prom'), join(tempDir(), 'b.prom')];
  exposition.use({ listen, file: one });
  await until(() => served() === 1 && existsSync(one), 'both are given');
  exposition.use({ listen: { ...listen }, file: other });
  await until(() => existsSync(other) && !existsSync(one), 'the file is another one');
  expect(served()).toBe(1);
  exposition.use({ listen, file: undefined });
  await until(() => !existsSync(other), 'the file is gone');
  expect(await text()).toContain('process_cpu_seconds_total');
  exposition.use(NOTHING);
  await until(
    () =>
      text().then(
        () => false,
        () => true,
      ),
    'nobody listens',
  );
  exposition.use({ listen, file: undefined });
  await until(() => served() === 2, 'it listens again');
});

it('ends in order, however fast the settings change', async () => {
  for (let n = 0; n < 5; n += 1) {
    exposition.use({ listen, file: undefined });
    exposition.use(NOTHING);
  }
  exposition.use({ listen, file: undefined });
  await until(() => served() >= 1, 'it listens');
  await exposition.stop();
  await expect(text()).rejects.toThrow('fetch failed');
  expect(log.lines.filter(({ level }) => level === 'error')).toEqual([]);
});
