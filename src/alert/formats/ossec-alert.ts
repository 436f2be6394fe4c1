import { scanAlert } from '../alert-scan.ts';
import type { AlertFacts } from '../facts.ts';
import type { JsonObject } from '../json.ts';
import { STANDARDS } from './old-facts.ts';

/** What an alert of OSSEC says, whichever of its two formats it was written in. */
export interface OssecAlert {
  /** Seconds of 1970 and place in alerts.log, `1470394217.1024`; undefined in OSSEC 2.9. */
  readonly id: string | undefined;
  /** When it was raised, in milliseconds since 1970. */
  readonly time: number | undefined;
  /** `rule` without its groups. */
  readonly rule: JsonObject;
  /** All groups, as they stand in the text: `syslog,sshd,`. */
  readonly groupText: string;
  readonly location: OssecLocation;
  readonly predecoder: JsonObject;
  readonly decoder: JsonObject;
  readonly data: JsonObject;
  /** Undefined where it is not an alert about a file. */
  readonly syscheck: JsonObject | undefined;
  /** `full_log` and other members of the top level. */
  readonly others: JsonObject;
}

/** Where an event came from. */
export interface OssecLocation {
  /** With its host: `(agent) ip->path` or `host->path`. */
  readonly full: string;
  readonly path: string;
  /** Undefined when only the path is known. */
  readonly host: { readonly name: string; readonly ip: string | undefined } | undefined;
}

/** An alert in the shape of Wazuh 4, and what the filters look at. */
export interface ConvertedAlert {
  readonly facts: AlertFacts;
  readonly raw: Buffer;
  readonly fullLocation: string;
  readonly groupText: string;
}

/** Divides `(agent) ip->path` and `host->path`. */
export function parseLocation(full: string): OssecLocation {
  const [, agent, ip, below] = /^\(([^()]*)\) ([^ >]+)->([^]*)$/.exec(full) ?? [];
  if (agent !== undefined && ip !== undefined && below !== undefined) {
    return { full, path: below, host: { name: agent, ip } };
  }
  const [, name, path] = /^([^\s()>/\\]+)->([^]*)$/.exec(full) ?? [];
  if (name !== undefined && path !== undefined) {
    return { full, path, host: { name, ip: undefined } };
  }
  return { full, path: full, host: undefined };
}

/**
 * The alert as Wazuh 4 would have written it. What OSSEC does not know is left out; the location as it
 * stood there is kept beside it, as `ossec.location`, for scripts that want the host in it.
 */
export function toWazuh(alert: OssecAlert): ConvertedAlert {
  const { id, time, rule, groupText, location, predecoder, decoder, data, syscheck } = alert;
  const names = groupText.split(',').filter((name) => name !== '');
  const shape: JsonObject = {
    ...(time !== undefined && { timestamp: timestamp(time) }),
    rule: { ...rule, ...divideGroups(names) },
    ...hosts(location),
    ...(id !== undefined && { id }),
    ...alert.others,
    ...(syscheck !== undefined && { syscheck }),
    ...(hasMembers(predecoder) && { predecoder }),
    ...(hasMembers(decoder) && { decoder }),
    ...(hasMembers(data) && { data }),
    location: location.path,
    ossec: { location: location.full },
  };
  const raw = Buffer.from(JSON.stringify(shape));
  const facts = scanAlert(raw);
  if (typeof facts === 'string') throw new Error(`a converted alert cannot be read: ${facts}`);
  const all = { ...facts, groups: names, fromOssec: true };
  return { facts: all, raw, fullLocation: location.full, groupText };
}

/** The manager's own events have the number 000; the number of an agent is not in its alerts. */
function hosts({ host }: OssecLocation): JsonObject {
  if (host === undefined) return {};
  if (host.ip === undefined) {
    return { agent: { id: '000', name: host.name }, manager: { name: host.name } };
  }
  return { agent: { name: host.name, ...(host.ip !== 'any' && { ip: host.ip }) } };
}

const COMPLIANCE = new RegExp(`^(${STANDARDS.join('|')})_(.+)$`);

function divideGroups(names: readonly string[]): JsonObject {
  const groups: string[] = [];
  const compliance = new Map<string, string[]>();
  for (const name of names) {
    const [, standard, item] = COMPLIANCE.exec(name) ?? [];
    if (standard === undefined || item === undefined) groups.push(name);
    else compliance.set(standard, [...(compliance.get(standard) ?? []), item]);
  }
  return { groups, ...Object.fromEntries(compliance) };
}

/** `2016-08-05T10:50:17.000+0000`, as Wazuh writes times. */
function timestamp(time: number): string {
  return new Date(time).toISOString().replace('Z', '+0000');
}

const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec';
const LONGEST_TIME = 8.64e15;

/** Milliseconds since 1970 of an alert: by its id, or by its local time `2016 Aug 05 10:50:17`. */
export function timeOf(id: string | undefined, local: string | undefined): number | undefined {
  const seconds = /^(\d{1,11})\./.exec(id ?? '')?.[1];
  if (seconds !== undefined) return Number(seconds) * 1000;
  const [, year, month, day, hour, minute, second] =
    /^(\d{4}) ([A-Z][a-z]{2}) +(\d{1,2}) (\d\d):(\d\d):(\d\d)/.exec(local ?? '') ?? [];
  const monthNumber = MONTHS.indexOf(month ?? '-') / 3;
  if (!Number.isInteger(monthNumber) || monthNumber < 0) return undefined;
  const parts = [day, hour, minute, second].map(Number) as [number, number, number, number];
  return validTime(new Date(Number(year), monthNumber, ...parts).getTime());
}

/** The number, when it is a time. */
export function validTime(time: number): number | undefined {
  return Math.abs(time) <= LONGEST_TIME ? time : undefined;
}

function hasMembers(object: JsonObject): boolean {
  return Object.keys(object).length > 0;
}
