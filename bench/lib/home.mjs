import { appendFileSync, linkSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * A manager's directory with a configuration and an empty alert file.
 * @param settings text of integratord.yaml; none when not given.
 */
export function createHome(directory, { blocks, settings }) {
  for (const part of ['etc', 'integrations', 'queue', 'logs/alerts']) {
    mkdirSync(join(directory, part), { recursive: true });
  }
  const home = {
    home: directory,
    config: join(directory, 'etc/ossec.conf'),
    settings: settings === undefined ? undefined : join(directory, 'etc/integratord.yaml'),
    alerts: join(directory, 'logs/alerts/alerts.json'),
    state: join(directory, 'queue/integratord'),
  };
  writeFileSync(home.config, `<ossec_config>\n${blocks}\n</ossec_config>\n`);
  if (settings !== undefined) writeFileSync(home.settings, settings);
  writeFileSync(home.alerts, '');
  return home;
}

/** A file that holds a text so many times, to be the alert file of several homes. */
export function alertFile(path, text, times) {
  mkdirSync(dirname(path), { recursive: true });
  for (let i = 0; i < times; i += 1) appendFileSync(path, text);
  return path;
}

/** Makes such a file the alert file of a home. */
export function useAlertFile(home, path) {
  rmSync(home.alerts);
  linkSync(path, home.alerts);
}
