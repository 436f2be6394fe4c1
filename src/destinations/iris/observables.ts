import { isIP } from 'node:net';
import { type Alert, displayText, isJsonObject, oneLine } from '../sdk/index.ts';

/** Names of IOC types as every installation of IRIS has them. */
export type IocType = 'md5' | 'sha1' | 'sha256' | 'ip-src' | 'domain' | 'hostname' | 'url';

/** Names of asset types as every installation of IRIS has them. */
export type AssetType =
  | 'Linux - Server'
  | 'Mac - Computer'
  | 'Windows - Computer'
  | 'Windows - Server';

/** Something in an alert that can be searched for elsewhere. */
export interface Observable {
  readonly type: IocType;
  readonly value: string;
  /** Where the alert has it: `syscheck.md5_after`. */
  readonly place: string;
}

/** The machine that an alert is about. */
export interface Machine {
  readonly name: string;
  readonly ip: string | undefined;
  readonly type: AssetType;
  readonly description: string;
}

const PLACES: readonly (readonly [type: IocType, place: string])[] = [
  ['md5', 'syscheck.md5_after'],
  ['sha1', 'syscheck.sha1_after'],
  ['sha256', 'syscheck.sha256_after'],
  ['md5', 'data.virustotal.source.md5'],
  ['sha1', 'data.virustotal.source.sha1'],
  ['ip-src', 'data.srcip'],
  ['ip-src', 'data.src_ip'],
  ['ip-src', 'data.win.eventdata.ipAddress'],
  ['ip-src', 'data.aws.sourceIPAddress'],
  ['domain', 'data.domain'],
  ['domain', 'data.dns.rrname'],
  ['domain', 'data.win.eventdata.queryName'],
  ['hostname', 'data.hostname'],
  ['hostname', 'data.http.hostname'],
  ['url', 'data.url'],
];

/** Hashes of the empty file: they would correlate unrelated alerts. */
const EMPTY_FILE: readonly string[] = [
  'd41d8cd98f00b204e9800998ecf8427e',
  'da39a3ee5e6b4b0d3255bfef95601890afd80709',
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
];

const HOST_NAME =
  /^(?=.{4,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{1,62}$/i;
const LONGEST_URL = 2000;

/** The observables of an alert, each value once; only values that are valid for their type. */
export function observablesOf(alert: Alert): Observable[] {
  const found = new Map<string, Observable>();
  for (const [type, place] of PLACES) {
    const value = alert.textAt(...place.split('.'))?.trim();
    if (value === undefined || !isValid(type, value)) continue;
    const key = `${type} ${value.toLowerCase()}`;
    if (!found.has(key)) found.set(key, { type, value, place });
  }
  return [...found.values()];
}

/** IRIS validates values as well, and refuses the whole alert over a single invalid one. */
function isValid(type: IocType, value: string): boolean {
  switch (type) {
    case 'md5':
      return isHash(value, 32);
    case 'sha1':
      return isHash(value, 40);
    case 'sha256':
      return isHash(value, 64);
    case 'ip-src':
      return isIP(value) !== 0 && !/^(?:127\.|0\.0\.0\.0$|::1?$)/.test(value);
    case 'domain':
    case 'hostname':
      return HOST_NAME.test(value);
    case 'url':
      // The paths in web server logs are not URLs.
      return /^https?:\/\/[^\s/?#]+\S*$/i.test(value) && value.length <= LONGEST_URL;
  }
}

function isHash(value: string, digits: number): boolean {
  return value.length === digits && /^[0-9a-f]+$/i.test(value) && !EMPTY_FILE.includes(value);
}

/** The agent, or the host of an alert without an agent; undefined when the alert names none. */
export function machineOf(alert: Alert): Machine | undefined {
  const text = (...path: string[]) => oneLine(displayText(alert.at(...path)));
  const agent = text('agent', 'name');
  const name = agent ?? text('agentless', 'host');
  if (name === undefined) return undefined;
  const ip = text('agent', 'ip') ?? '';
  return {
    name: name.slice(0, 255),
    ip: isIP(ip) === 0 ? undefined : ip,
    type: assetType(alert),
    description:
      agent === undefined
        ? 'Host without a Wazuh agent'
        : `Wazuh agent ${text('agent', 'id') ?? ''}`,
  };
}

/**
 * The kind of machine, from what the alert has: the agent's operating system if given (Wazuh 5),
 * else the signs of Windows and macOS events. Anything else counts as a Linux server.
 */
function assetType(alert: Alert): AssetType {
  const paths = [
    ['agent', 'os', 'name'],
    ['agent', 'os', 'platform'],
    ['agent', 'host', 'os', 'name'],
    ['agent', 'host', 'os', 'platform'],
  ];
  const system = paths.map((path) => alert.textAt(...path) ?? '').join(' ');
  if (/windows/i.test(system)) {
    return /server/i.test(system) ? 'Windows - Server' : 'Windows - Computer';
  }
  if (/\b(?:mac ?os|darwin|os x)/i.test(system)) return 'Mac - Computer';
  if (system.trim() !== '') return 'Linux - Server';

  const groups = alert.at('rule', 'groups');
  const isOf = (group: string) => Array.isArray(groups) && groups.includes(group);
  const file = alert.textAt('syscheck', 'path') ?? '';
  const isWindows =
    isJsonObject(alert.at('data', 'win')) ||
    isOf('windows') ||
    /^(?:[a-z]:\\|HKEY_)/i.test(file) ||
    /^windows/i.test(alert.textAt('decoder', 'name') ?? '');
  if (isWindows) return 'Windows - Computer';
  return isOf('macOS') || isOf('macos') || file.startsWith('/Users/')
    ? 'Mac - Computer'
    : 'Linux - Server';
}
