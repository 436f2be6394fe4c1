import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  closeSync,
  constants,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { Child } from '../../test/support/child.ts';
import { tempDir } from '../../test/support/temp-dir.ts';
import { systemClock } from '../core/clock.ts';
import { Scrubber, Secret } from '../core/secret.ts';
import { ManagerLog, type ManagerLogFormats } from './manager-log.ts';

const KEY = 'k3y-in-the-clear';
/** In local time, as the manager writes it. */
const TIME = new Date(2026, 7, 20, 11, 22, 33).getTime();
/** Only a test that fails waits for it. */
const PATIENCE_MS = 60_000;
const clock = { ...systemClock, now: () => TIME };

let directory: string;
let echoed: string;
let log: ManagerLog;
beforeEach(() => {
  directory = tempDir();
  echoed = '';
  log = new ManagerLog({
    directory,
    tag: 'wazuh-integratord',
    clock,
    scrubber: new Scrubber([KEY]),
    echo: { write: (line) => (echoed += line), flush: async () => {}, close: async () => {} },
  });
});

const read = (name = 'ossec.log') => readFileSync(join(directory, name), 'utf8');

describe('the log of a manager', () => {
  it('is one line per message, in its exact format, and a copy for whoever started us', async () => {
    log.write({ level: 'INFO', text: 'Started (pid: 4242).' });
    log.write({ level: 'CRITICAL', text: "(1202): Configuration error at 'etc/ossec.conf'." });
    log.write({ level: 'DEBUG', text: 'not in debug mode' });
    await log.flush(PATIENCE_MS);
    expect(read()).toBe(
      '2026/08/20 11:22:33 wazuh-integratord: INFO: Started (pid: 4242).\n' +
        "2026/08/20 11:22:33 wazuh-integratord: CRITICAL: (1202): Configuration error at 'etc/ossec.conf'.\n",
    );
    expect(echoed).toBe(read());
    expect(readdirSync(directory)).toEqual(['ossec.log']);
  });

  it.each<[string, ManagerLogFormats, string[]]>([
    ['plain', { plain: true, json: false }, ['ossec.log']],
    ['json', { plain: false, json: true }, ['ossec.json']],
    ['both', { plain: true, json: true }, ['ossec.json', 'ossec.log']],
  ])('%s: writes the files that the configuration asks for', async (_name, formats, files) => {
    log.formats = formats;
    log.write({ level: 'WARNING', text: 'a "word"' });
    await log.flush(PATIENCE_MS);
    expect(readdirSync(directory).sort()).toEqual(files);
    expect(echoed).toBe('2026/08/20 11:22:33 wazuh-integratord: WARNING: a "word"\n');
    if (!formats.json) return;
    expect(read('ossec.json')).toBe(
      '{"timestamp":"2026/08/20 11:22:33","tag":"wazuh-integratord","level":"warning","description":"a \\"word\\""}\n',
    );
  });

  it('says where a line comes from in debug mode', async () => {
    log.debug = true;
    log.formats = { plain: true, json: true };
    function complain() {
      log.asLog().debug('why', { count: 2 });
    }
    complain();
    await log.flush(PATIENCE_MS);
    expect(read()).toMatch(
      new RegExp(
        `^2026/08/20 11:22:33 wazuh-integratord\\[${process.pid}\\] manager-log\\.test\\.ts:\\d+ at complain\\(\\): DEBUG: why: count=2\\n$`,
      ),
    );
    const record = JSON.parse(read('ossec.json')) as Record<string, unknown>;
    const keys = ['timestamp', 'tag', 'pid', 'file', 'line', 'routine', 'level', 'description'];
    expect(Object.keys(record)).toEqual(keys);
    expect(record).toMatchObject({ routine: 'complain', level: 'debug', pid: process.pid });
  });

  it('takes the messages of all rooms, with their fields', async () => {
    const room = log.asLog();
    room.debug('left out');
    room.info('ready', { integrations: 2 });
    room.warn('odd', { error: new Error('disk is full') });
    room.error('parked', { url: new Secret('https://h/x'), why: 'two words' });
    await log.flush(PATIENCE_MS);
    const lines = read().split('\n');
    expect(lines.map((line) => line.slice(20))).toEqual([
      'wazuh-integratord: INFO: ready: integrations=2',
      'wazuh-integratord: WARNING: odd: error="disk is full"',
      'wazuh-integratord: ERROR: parked: url=[redacted] why="two words"',
      '',
    ]);
  });

  it('shows no secret, and lets nothing break out of its line', async () => {
    log.formats = { plain: true, json: true };
    log.write({
      level: 'ERROR',
      text: `(1235): level: ${KEY}\n2026 forged\r\u001b[31m\u0085\u2028`,
    });
    log.asLog().error(KEY, { [KEY]: `a\nb ${KEY}` });
    await log.flush(PATIENCE_MS);
    for (const text of [read(), read('ossec.json'), echoed]) {
      expect(text.split('\n')).toHaveLength(3);
      expect(text.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028]/);
      expect(text).not.toContain(KEY);
      expect(text).toContain('[redacted]');
    }
    for (const line of read('ossec.json').trim().split('\n')) JSON.parse(line);
  });

  it('makes a file that the other daemons can write to, whatever the umask', async () => {
    const umask = process.umask(0o077);
    try {
      log.write({ level: 'INFO', text: 'x' });
      await log.flush(PATIENCE_MS);
    } finally {
      process.umask(umask);
    }
    const { mode, uid, gid } = statSync(join(directory, 'ossec.log'));
    expect(mode & 0o777).toBe(0o660);
    const parent = statSync(directory);
    expect([uid, gid]).toEqual([parent.uid, parent.gid]);
  });

  it('leaves an existing file’s permissions alone, and appends', async () => {
    const path = join(directory, 'ossec.log');
    appendFileSync(path, 'before\n');
    chmodSync(path, 0o640);
    log.write({ level: 'INFO', text: 'x' });
    await log.flush(PATIENCE_MS);
    expect(read()).toMatch(/^before\n2026.*: x\n$/);
    expect(statSync(path).mode & 0o777).toBe(0o640);
  });

  it('survives that it cannot write', async () => {
    const nowhere = new ManagerLog({
      directory: join(directory, 'missing'),
      tag: 'x',
      clock,
      scrubber: new Scrubber(),
      echo: undefined,
    });
    nowhere.write({ level: 'INFO', text: 'lost' });
    nowhere.say({ level: 'INFO', text: 'lost' });
    await nowhere.flush(PATIENCE_MS);
    expect(readdirSync(directory)).toEqual([]);
  });

  it('does not wait for a reader where a pipe is in place of the file, nor writes into it', async () => {
    const path = join(directory, 'ossec.log');
    execFileSync('mkfifo', [path]);
    log.write({ level: 'INFO', text: 'to nobody' });
    await log.flush(PATIENCE_MS);
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    await log.flush(PATIENCE_MS);
    expect(readSync(reader, Buffer.alloc(100))).toBe(0);
    closeSync(reader);
    rmSync(path);
    await log.flush(PATIENCE_MS);
    expect(read()).toMatch(/: to nobody\n$/);
  });

  it('tells only whoever started us what is for nobody else', async () => {
    log.say({ level: 'WARNING', text: 'hm' });
    await log.flush(PATIENCE_MS);
    expect(echoed).toContain('WARNING: hm');
    expect(readdirSync(directory)).toEqual([]);
  });
});

it('loses no line when the file is renamed under load', async () => {
  const lines = 20_000;
  const child = new Child(`
    import { systemClock } from './src/core/clock.ts';
    import { Scrubber } from './src/core/secret.ts';
    import { ManagerLog } from './src/telemetry/manager-log.ts';
    const log = new ManagerLog({ directory: ${JSON.stringify(directory)}, tag: 't', clock: systemClock,
      scrubber: new Scrubber(), echo: undefined });
    for (let n = 0; n < ${lines}; n += 1) {
      log.write({ level: 'INFO', text: 'line ' + n });
      if (n === 0) console.log('begun');
      if (n % 100 === 99) await log.flush(60_000);
    }
    console.log('done');
  `);
  expect(await child.line()).toBe('begun');
  const writing = { isDone: false };
  const done = child.line().then((said) => {
    writing.isDone = true;
    return said;
  });
  let rotations = 0;
  while (!writing.isDone) {
    try {
      renameSync(join(directory, 'ossec.log'), join(directory, `rotated-${rotations}.log`));
      rotations += 1;
    } catch {
      // The next line has not come yet.
    }
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
  expect(await done).toBe('done');
  const numbers = readdirSync(directory)
    .flatMap((name) => read(name).split('\n').slice(0, -1))
    .map((line) => Number(/ t: INFO: line (\d+)$/.exec(line)?.[1]));
  expect(rotations).toBeGreaterThan(10);
  expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: lines }, (_, n) => n));
});
