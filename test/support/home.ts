import { appendFileSync, chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A manager's directory in a temporary place. */
export interface Home {
  readonly path: string;
  readonly config: string;
  readonly alerts: string;
  readonly state: string;
  configure(integrations: string): void;
  /** Appends lines to alerts.json in one write. */
  append(...lines: string[]): void;
  /** Puts a script into `integrations/`, with permissions that are safe to run. */
  addScript(name: string, text: string): void;
  remove(): void;
}

/**
 * Makes an empty home: an empty alert file, and a configuration with these `<integration>` blocks.
 * @param parent where it is.
 */
export function createHome(integrations: string, parent: string = tmpdir()): Home {
  const path = mkdtempSync(join(parent, 'integratord-test-'));
  const alerts = join(path, 'logs', 'alerts', 'alerts.json');
  const config = join(path, 'etc', 'ossec.conf');
  for (const directory of ['etc', 'integrations', 'queue', join('logs', 'alerts')]) {
    mkdirSync(join(path, directory), { recursive: true });
  }
  writeFileSync(alerts, '');
  const home: Home = {
    path,
    config,
    alerts,
    state: join(path, 'queue', 'integratord'),
    configure(blocks) {
      writeFileSync(config, `<ossec_config>\n${blocks}\n</ossec_config>\n`);
    },
    append(...lines) {
      appendFileSync(alerts, lines.map((line) => `${line}\n`).join(''));
    },
    addScript(name, text) {
      const file = join(path, 'integrations', name);
      writeFileSync(file, text);
      chmodSync(file, 0o550);
    },
    remove() {
      removeWhole(path);
    },
  };
  home.configure(integrations);
  return home;
}

/** An alert whose number can be found again wherever it arrives. */
export function alertLine(
  number: number,
  { level = 10, groups = ['test'] }: { level?: number; groups?: string[] } = {},
): string {
  return JSON.stringify({
    timestamp: '2026-08-20T11:22:31.771+0000',
    rule: { level, description: `alert ${number}`, id: '5712', groups },
    agent: { id: '001', name: 'web01', ip: '10.0.0.21' },
    manager: { name: 'wazuh-manager' },
    id: `1787224951.${number}`,
    full_log: 'Aug 20 11:22:30 bastion sshd[29205]: Failed password for root from 203.0.113.77',
    location: '/var/log/auth.log',
  });
}

/** A script that outlives its daemon may write its last file just now. */
function removeWhole(path: string): void {
  for (let attempts = 1; ; attempts += 1) {
    try {
      rmSync(path, { recursive: true, force: true });
      return;
    } catch (error) {
      if (attempts === 50) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
  }
}
