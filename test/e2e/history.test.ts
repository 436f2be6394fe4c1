import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { alertLine, createHome, type Home } from '../support/home.ts';
import { DaemonProcess, integratord, until } from '../support/program.ts';
import { Sink } from '../support/sink.ts';

const DAY = 86_400_000;
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
const now = Date.now();

/** A line of so many days ago. */
function past(
  number: number,
  daysAgo: number,
  options: Parameters<typeof alertLine>[1] = {},
): string {
  const timestamp = new Date(now - daysAgo * DAY).toISOString().replace('Z', '+0000');
  return alertLine(number, options).replace(/"timestamp":"[^"]*"/, `"timestamp":"${timestamp}"`);
}

/** Puts lines into the archive of their day, as the manager does after it has compressed it. */
function archive(home: Home, daysAgo: number, lines: readonly string[], gz: boolean): void {
  const date = new Date(now - daysAgo * DAY);
  const day = String(date.getDate()).padStart(2, '0');
  const month = join(String(date.getFullYear()), MONTHS[date.getMonth()] ?? '');
  const path = join(dirname(home.alerts), month, `ossec-alerts-${day}.json${gz ? '.gz' : ''}`);
  mkdirSync(dirname(path), { recursive: true });
  const text = lines.map((line) => `${line}\n`).join('');
  writeFileSync(path, gz ? gzipSync(text) : text);
}

async function scene() {
  const arrived: { number: number; key: string }[] = [];
  const sink = await Sink.start(({ body, headers }) => {
    const key = headers['idempotency-key'] ?? headers['x-idempotency-key'] ?? '';
    arrived.push({ number: Number(/alert (\d+)/.exec(body)?.[1]), key: String(key) });
    return { status: 200, body: '{"success": true}' };
  });
  onTestFinished(() => sink.close());
  const home = createHome(
    `<integration><name>shuffle</name><hook_url>${sink.url}</hook_url><level>5</level><alert_format>json</alert_format></integration>`,
  );
  onTestFinished(() => home.remove());
  archive(home, 40, [past(100, 40)], true);
  archive(home, 3, [past(1, 3, { level: 6 }), past(2, 3, { groups: ['noise'] })], true);
  archive(home, 2, [past(3, 2), past(4, 2, { level: 3 })], false);
  home.append(past(5, 0.01), past(6, 0.01, { level: 13, groups: ['noise'] }));
  const settings = (text: string) => {
    const path = join(home.path, 'new.yaml');
    writeFileSync(path, `integrations:\n  shuffle:\n${text}`);
    return path;
  };
  return { home, arrived, settings };
}

/** All files of a directory, with their sizes and times. */
function filesIn(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((name) => {
      const { size, mtimeMs } = statSync(join(directory, name));
      return `${name} ${size} ${mtimeMs}`;
    })
    .sort();
}

describe('simulate', () => {
  it('compares a new configuration with the present one over the archives, and changes nothing', async () => {
    const { home, arrived, settings } = await scene();
    const tried = settings('    except: [{ groups: noise }]\n');
    const before = filesIn(home.path);
    const options = ['--home', home.path, '--settings', tried, '--json'];
    const { code, stdout } = await integratord(['simulate', ...options]);
    expect(filesIn(home.path)).toEqual(before);
    const result = JSON.parse(stdout) as Record<string, unknown>;
    expect(result).toMatchObject({
      alerts: 6,
      integrations: {
        shuffle: {
          before: 5,
          after: 3,
          verdicts: { send: 3, except: 2 },
          delay_seconds_max: 0,
          quota: null,
        },
      },
      unreached: ['1787224951.6'],
      newly_sent: [],
      no_longer_sent: [
        {
          id: '1787224951.2',
          level: 10,
          rule: '5712',
          agent: 'web01 (001)',
          integration: 'shuffle',
        },
        { id: '1787224951.6', level: 13, description: 'alert 6' },
      ],
    });
    expect(code).toBe(3);
    expect(arrived).toEqual([]);
  });

  it('says what the present configuration does when nothing else is named', async () => {
    const { home } = await scene();
    const { code, stdout } = await integratord(['simulate', '--home', home.path, '--since', '60d']);
    expect(code).toBe(0);
    expect(stdout).toContain('7 alerts, ');
    expect(stdout).toContain('shuffle: 6 → 6 messages\n');
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('counts a message that covers several alerts as one', async () => {
    const { home, settings } = await scene();
    home.append(...[7, 8, 9].map((number) => past(number, 0.009)));
    const tried = settings('    throttle: { same: [rule.id], every: 1h }\n    urgent: 12\n');
    const options = ['--home', home.path, '--settings', tried, '--since', '1d', '--json'];
    const { code, stdout } = await integratord(['simulate', ...options]);
    expect(JSON.parse(stdout)).toMatchObject({
      alerts: 5,
      integrations: {
        // The first, the grave one, and what came after the first within an hour.
        shuffle: { before: 5, after: 3, verdicts: { send: 2, throttle: 3 } },
      },
      unreached: [],
      newly_sent: [],
      no_longer_sent: [],
    });
    expect(code).toBe(0);
  });

  it('takes files, also compressed and in any order, and writes a page', async () => {
    const { home, settings } = await scene();
    const [early, late, page] = ['early.gz', 'late', 'page.html'].map((name) =>
      join(home.path, name),
    );
    writeFileSync(early as string, gzipSync(`${past(1, 300)}\n`));
    writeFileSync(late as string, `${past(3, 100)}\n${past(2, 200)}`);
    const tried = settings('    when: rule.level > 20\n');
    const options = ['--home', home.path, '--settings', tried, '--html', page as string, '--json'];
    const args = ['simulate', ...options, late as string, early as string];
    const { code, stdout } = await integratord(args);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      alerts: 3,
      from: new Date(now - 300 * DAY).toISOString(),
      to: new Date(now - 100 * DAY).toISOString(),
      integrations: { shuffle: { before: 3, after: 0 } },
    });
    const html = readFileSync(page as string, 'utf8');
    expect(html).toContain('<h2>shuffle: 3 → 0 messages</h2>');
    expect(html).toContain("default-src 'none'");
  });

  it('refuses a file that is not there, and a time that is none', async () => {
    const { home } = await scene();
    const missing = await integratord(['simulate', '--home', home.path, '/no/such/file']);
    expect(missing.code).toBe(1);
    expect(missing.stderr).toContain('cannot read /no/such/file: ');
    const wrong = await integratord(['simulate', '--home', home.path, '--since', 'yesterday']);
    expect(wrong.code).toBe(2);
  });

  it('refuses settings that are not there, and a span of time that is none', async () => {
    const { home } = await scene();
    const simulate = (...args: string[]) => integratord(['simulate', '--home', home.path, ...args]);
    const missing = await simulate('--settings', '/no/such/file');
    expect([missing.code, missing.stdout]).toEqual([1, '']);
    expect(missing.stderr).toContain('cannot read /no/such/file: there is no such file');
    const empty = await simulate('--since', '1h', '--until', '2h');
    expect(empty.code).toBe(2);
    expect(empty.stderr).toContain('--since must be earlier than --until');
    const span = ['--since', '1h', '--until', '2h', '--integration', 'shuffle', '--yes'];
    expect((await integratord(['replay', '--home', home.path, ...span])).code).toBe(2);
  });
});

describe('replay', () => {
  it('stores past alerts for one integration, which the running daemon delivers', async () => {
    const { home, arrived } = await scene();
    const daemon = await DaemonProcess.start(home.path, ['--from-start']);
    onTestFinished(() => daemon.kill());
    await until(() => arrived.length === 2, 'the alerts of the file have arrived');
    const options = ['replay', '--home', home.path, '--integration', 'shuffle', '--since', '7d'];

    const refused = await integratord([...options, '--json']);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('5 alerts for shuffle, ');
    expect(refused.stderr).toContain('add --yes to send these');

    const only = ['--only', '{ level: ">= 10" }', 'groups: test'];
    const { code, stdout } = await integratord([...options, ...only, '--yes', '--json']);
    expect(JSON.parse(stdout)).toEqual({ alerts: 2, stored: 2 });
    expect(code).toBe(0);
    await until(() => arrived.length === 4, 'two have arrived again');
    expect(arrived.slice(2).map(({ number }) => number)).toEqual([3, 5]);

    const again = await integratord([...options, ...only, '--yes', '--new-keys']);
    expect(again.stdout).toBe('2 of 2 alerts are stored, and are sent by the daemon\n');
    await until(() => arrived.length === 6, 'two have arrived as new ones');
    const keysOf = (number: number) =>
      arrived.filter((one) => one.number === number).map(({ key }) => key);
    // That of the file, the same again, and another one.
    const [first, same, other] = keysOf(5);
    expect(first).not.toBe('');
    expect(same).toBe(first);
    expect(other).not.toBe(first);
    expect(await daemon.stop()).toBe(0);
  });

  it('says what is wrong with it, and stores nothing', async () => {
    const { home } = await scene();
    const options = ['replay', '--home', home.path, '--since', '7d', '--yes'];
    const early = await integratord([...options, '--integration', 'shuffle']);
    expect(early.code).toBe(1);
    expect(early.stderr).toContain('there is no outbox');
    const daemon = await DaemonProcess.start(home.path);
    expect(await daemon.stop()).toBe(0);
    const unknown = await integratord([...options, '--integration', 'slack']);
    expect(unknown.stderr).toContain("there is no integration 'slack'; there are: shuffle");
    const only = await integratord([...options, '--integration', 'shuffle', '--only', 'rulez: 1']);
    expect(only.code).toBe(2);
    expect(only.stderr).toContain('did you mean rules?');
    const none = await integratord([...options, '--integration', 'shuffle', '--until', '6d']);
    expect(none).toMatchObject({ code: 0, stdout: 'there are no such alerts\n' });
    writeFileSync(join(home.path, 'etc', 'integratord.yaml'), 'outbox: { max_megabytes: 64 }\n');
    home.append(...Array.from({ length: 40 }, (_, at) => big(at)));
    const much = await integratord([...options, '--integration', 'shuffle']);
    expect(much.code).toBe(3);
    expect(much.stderr).toContain('more than shuffle may have waiting in the outbox');
    const stats = await integratord(['queue', 'stats', '--json', '--home', home.path]);
    expect(JSON.parse(stats.stdout)).toMatchObject({ shuffle: { pending: 0 } });
  });
});

/** Two megabytes. */
function big(number: number): string {
  return past(number, 0.01).replace('"full_log":"', `"full_log":"${'x'.repeat(2 * 2 ** 20)}`);
}
