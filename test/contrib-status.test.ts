import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { createHome, type Home } from './support/home.ts';
import { COMMAND, DaemonProcess, integratord } from './support/program.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const read = (path: string) => readFileSync(`${root}${path}`, 'utf8');

const NRPE = /^command\[check_integratord\]=(.+)$/m.exec(read('contrib/nagios/README'))?.[1] ?? '';
const AGENT = /^UserParameter=integratord\.status,(.+)$/m;
const PARAMETER = AGENT.exec(read('contrib/zabbix/integratord.conf'))?.[1] ?? '';

/** A home whose daemon runs, with an integration that works and one that cannot. */
async function aRunningHome(): Promise<Home> {
  const home = createHome(
    '<integration><name>slack</name><hook_url>http://127.0.0.1:1/services/T/B/X</hook_url></integration>' +
      '<integration><name>custom-gone</name></integration>',
  );
  const daemon = await DaemonProcess.start(home.path);
  onTestFinished(async () => {
    daemon.signal('SIGKILL');
    await daemon.exited;
    home.remove();
  });
  return home;
}

/** Runs a shipped line here: as we are, with our own command and home. */
async function run(line: string, home: string): Promise<{ code: number; stdout: string }> {
  const ours = line.replace('sudo -n -u wazuh /usr/bin/integratord', '"$0" "$1"');
  expect(ours).toMatch(/^"\$0" "\$1" status\b/);
  try {
    const { stdout } = await promisify(execFile)('sh', ['-c', ours, process.execPath, COMMAND], {
      env: { ...process.env, INTEGRATORD_HOME: home },
    });
    return { code: 0, stdout };
  } catch (error) {
    return error as { code: number; stdout: string };
  }
}

describe('contrib/nagios', () => {
  it('answers as a plugin, in its first line and by its exit code', async () => {
    const home = await aRunningHome();
    const { code, stdout } = await run(NRPE, home.path);
    expect(code).toBe(1);
    expect(stdout.split('\n')[0]).toMatch(/^DEGRADED {2}integratord \d/);
  });

  it('is critical where no daemon runs', async () => {
    const home = createHome('');
    onTestFinished(() => home.remove());
    const { code, stdout } = await run(NRPE, home.path);
    expect(code).toBe(2);
    expect(stdout).toMatch(/^STOPPED/);
  });

  it('lets sudo do what NRPE asks for, and no more', () => {
    const command = NRPE.replace('sudo -n -u wazuh ', '');
    expect(read('contrib/nagios/README')).toContain(`nagios ALL=(wazuh) NOPASSWD: ${command}\n`);
  });
});

interface Step {
  readonly type: string;
  readonly parameters: readonly string[];
  readonly error_handler: string;
}
interface Item {
  readonly key: string;
  readonly value_type?: string;
  readonly preprocessing?: readonly Step[];
  readonly master_item?: { readonly key: string };
  readonly triggers?: readonly Trigger[];
  readonly trigger_prototypes?: readonly Trigger[];
}
interface Trigger {
  readonly expression: string;
}
interface Template {
  readonly template: string;
  readonly macros: readonly { readonly macro: string }[];
  readonly items: readonly Item[];
  readonly discovery_rules: readonly (Item & { readonly item_prototypes: readonly Item[] })[];
}

describe('contrib/zabbix', () => {
  const text = read('contrib/zabbix/integratord.yaml');
  const { zabbix_export: file } = parse(text) as {
    zabbix_export: { templates: readonly Template[] };
  };
  const [template] = file.templates as [Template];
  const [discovery] = template.discovery_rules as [Template['discovery_rules'][number]];
  const items = [...template.items, discovery, ...discovery.item_prototypes];
  let status: Record<string, unknown>;

  beforeAll(async () => {
    const home = createHome('<integration><name>custom-gone</name></integration>');
    const daemon = await DaemonProcess.start(home.path);
    const { stdout } = await integratord(['status', '--home', home.path, '--json']);
    status = JSON.parse(stdout) as Record<string, unknown>;
    daemon.signal('SIGKILL');
    await daemon.exited;
    home.remove();
  });

  it('asks by a line that answers, with success whatever the state is', async () => {
    const home = await aRunningHome();
    const { code, stdout } = await run(PARAMETER, home.path);
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { running: true, state: 'degraded' }]);
  });

  it('lets sudo do what the agent asks for, and no more', () => {
    const command = PARAMETER.replace('sudo -n -u wazuh ', '').replace(' || true', '');
    expect(read('contrib/zabbix/integratord.conf')).toContain(
      `#   zabbix ALL=(wazuh) NOPASSWD: ${command}\n`,
    );
  });

  it('has ids as Zabbix wants them', () => {
    const ids = [...text.matchAll(/uuid: (\w+)/g)].map(([, id = '']) => id);
    expect(ids.length).toBeGreaterThan(20);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}$/);
  });

  it.each(items.slice(1).map((item) => [item.key, item] as const))(
    '%s finds its value in the status',
    (_, { preprocessing, master_item: master }) => {
      expect(master?.key).toBe('integratord.status');
      const path = preprocessing?.[0]?.parameters[0] ?? '';
      expect(valueAt(status, path.replace('{#ID}', 'custom-gone'))).not.toBeUndefined();
    },
  );

  it('has triggers that ask items and macros that there are', () => {
    const triggers = items.flatMap((item) => [
      ...(item.triggers ?? []),
      ...(item.trigger_prototypes ?? []),
    ]);
    expect(triggers.length).toBeGreaterThan(8);
    const asked = triggers.flatMap(({ expression }) =>
      [...expression.matchAll(/\/integratord by Zabbix agent\/([\w.]+(?:\[\{#ID\}\])?)/g)].map(
        ([, key]) => key,
      ),
    );
    expect(asked.length).toBeGreaterThanOrEqual(triggers.length);
    expect(items.map(({ key }) => key)).toEqual(expect.arrayContaining(asked));
    const macros = triggers.flatMap(({ expression }) => expression.match(/\{\$[\w.]+\}/g) ?? []);
    expect(template.macros.map(({ macro }) => macro)).toEqual(expect.arrayContaining(macros));
  });
});

/** As much of Zabbix's JSONPath as the template uses. Undefined where there is nothing. */
function valueAt(document: unknown, path: string): unknown {
  const [, inner = '', end] = /^\$(.*?)(?:\.(sum|first)\(\))?$/.exec(path) ?? [];
  let found: unknown[] = [document];
  const steps = inner.matchAll(/\.(\w+)|\[(\d+)\]|\[(\*)\]|\[\?\(@\.(\w+) == '([^']*)'\)\]/g);
  for (const [, name, index, , filter, wanted] of steps) {
    found = found.flatMap((value) => {
      const members = value as Record<string, unknown>;
      if (name !== undefined) return Object.hasOwn(members, name) ? [members[name]] : [];
      if (index !== undefined) return [(value as unknown[])[Number(index)]];
      const all = value as Record<string, unknown>[];
      return filter === undefined ? all : all.filter((one) => one[filter] === wanted);
    });
  }
  return end === 'sum' ? found.reduce((sum: number, one) => sum + Number(one), 0) : found[0];
}
