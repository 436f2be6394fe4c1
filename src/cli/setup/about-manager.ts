import { join } from 'node:path';
import { systemFiles } from '../../config/files.ts';

/** Notes of the installer of Wazuh up to 4.1, and of OSSEC. */
export const INIT_FILE = '/etc/ossec-init.conf';

/** Which product a manager is. */
export interface AboutManager {
  readonly product: 'Wazuh' | 'OSSEC' | 'unknown';
  /** `4.14.7`; undefined where nothing says it. */
  readonly version: string | undefined;
}

/** What a manager says about itself, in its control program and the notes of its installer. Runs nothing. */
export function aboutManager(home: string, root = ''): AboutManager {
  const wazuh = textOf(join(home, 'bin', 'wazuh-control'));
  const ossec = textOf(join(home, 'bin', 'ossec-control'));
  const note = textOf(root + INIT_FILE);
  const noteOfIt = note.includes(`DIRECTORY="${home}"`) ? note : '';
  const json = /"version"\s*:\s*"([^"]+)"/.exec(textOf(join(home, 'VERSION.json')))?.[1];
  const texts = [wazuh, ossec, noteOfIt];
  const version = [json, ...texts.map((text) => /^VERSION="?v?([^"\n]+)"?/m.exec(text)?.[1])].find(
    (one) => one !== undefined,
  );
  return { product: productOf(wazuh, ossec, noteOfIt), version };
}

function productOf(wazuh: string, ossec: string, note: string): AboutManager['product'] {
  if (wazuh !== '' || /NAME="?Wazuh/i.test(ossec + note)) return 'Wazuh';
  if (/NAME="?OSSEC/i.test(ossec + note)) return 'OSSEC';
  return ossec === '' ? 'unknown' : 'OSSEC';
}

/** The first number of a version. */
export function majorOf(version: string | undefined): number | undefined {
  const major = Number.parseInt(version ?? '', 10);
  return Number.isNaN(major) ? undefined : major;
}

/** The beginning of a file; empty where it is not there, is a pipe, or this user may not read it. */
export function textOf(path: string): string {
  const content = systemFiles.read(path, { bytes: 65_536 });
  return content.ok ? content.bytes.toString('utf8') : '';
}
