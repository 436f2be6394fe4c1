import { isJsonObject, type JsonObject, type JsonValue, valueAt } from '../json.ts';
import type { OssecAlert } from './ossec-alert.ts';
import { type OssecLocation, parseLocation, timeOf, validTime } from './ossec-alert.ts';
import { fimFacts, isFimLocation } from './ossec-fim.ts';

/*
 * The alerts.json of OSSEC 2.9 to 4 and of Wazuh 1.1 (`format/to_json.c`), with the defects of each:
 * no id and no TimeStamp (2.9), `decoder` twice, as a text and as an object (3.3), `hostname` that
 * equals the whole location (agents), compliance values without their last character.
 */

/** True for an alert that OSSEC wrote: its rule has a `sidid`, where Wazuh's has an `id`. */
export function isOssecJson(alert: JsonObject): boolean {
  return (
    valueAt(alert, 'rule', 'sidid') !== undefined && valueAt(alert, 'rule', 'id') === undefined
  );
}

/** Members of the top level that are not fields of the event. */
const KNOWN = new Set(
  `rule id TimeStamp timestamp decoder decoder_parent decoder_desc location full_log previous_output
   SyscheckFile file hostname program_name agent_name agentip logfile`.split(/\s+/),
);
/** Fields that have another name in Wazuh 4. */
const RENAMED: Readonly<Record<string, string>> = { data: 'extra_data', systemname: 'system_name' };

/** Reads an alert of OSSEC's alerts.json. */
export function readOssecJson(alert: JsonObject): OssecAlert {
  const text = (...path: string[]) => textOf(valueAt(alert, ...path));
  const id = text('id');
  const stamp = valueAt(alert, 'TimeStamp');
  const time = typeof stamp === 'number' ? validTime(stamp) : undefined;
  const location = locationOf(alert);
  const data: JsonObject = {};
  for (const [name, value] of Object.entries(alert)) {
    if (KNOWN.has(name)) continue;
    data[RENAMED[name] ?? name] = textOf(value) ?? value;
  }
  const hostname = text('hostname');
  const isHost = hostname !== undefined && !hostname.includes('->');
  const others = pick({ previous_output: text('previous_output'), full_log: text('full_log') });
  const groups = groupsOf(alert);
  return {
    id,
    time: time ?? timeOf(id, text('timestamp')),
    rule: ruleOf(alert, groups),
    groupText: groups,
    location,
    predecoder: pick({
      program_name: text('program_name'),
      hostname: isHost ? hostname : undefined,
    }),
    decoder: pick({
      parent: text('decoder_parent') ?? text('decoder_desc', 'parent') ?? text('decoder', 'parent'),
      name: text('decoder') ?? text('decoder_desc', 'name') ?? text('decoder', 'name'),
    }),
    data,
    syscheck: syscheckOf(alert, location),
    others,
  };
}

function ruleOf(alert: JsonObject, groups: string): JsonObject {
  const rule = alert['rule'] as JsonObject;
  const number = (name: string) => (typeof rule[name] === 'number' ? rule[name] : undefined);
  return {
    ...pick({ level: number('level') ?? Number(textOf(rule['level']) ?? 0) }),
    ...pick({ description: textOf(rule['comment']), id: textOf(rule['sidid']) }),
    ...pick({ cve: textOf(rule['cve']), info: textOf(rule['info']) }),
    ...pick({ frequency: number('frequency'), firedtimes: number('firedtimes') }),
    // Cut by their last character: only told where the groups do not say them in full.
    ...(!groups.includes('pci_dss_') && pick({ pci_dss: listOf(rule['PCI_DSS']) })),
    ...(!groups.includes('cis_') && pick({ cis: listOf(rule['CIS']) })),
  };
}

/** The groups as the text log has them. */
function groupsOf(alert: JsonObject): string {
  const text = textOf(valueAt(alert, 'rule', 'group'));
  if (text !== undefined) return text;
  const names = listOf(valueAt(alert, 'rule', 'groups')) ?? [];
  return names.map((name) => `${name},`).join('');
}

/** The location of the manager's own events lacks the host, which stands beside it. */
function locationOf(alert: JsonObject): OssecLocation {
  const location = textOf(alert['location']) ?? textOf(alert['logfile']) ?? '';
  const parsed = parseLocation(location);
  if (parsed.host !== undefined) return parsed;
  const hostname = textOf(alert['hostname']);
  const name = textOf(alert['agent_name']) ?? (hostname?.includes('->') ? undefined : hostname);
  if (name === undefined) return parsed;
  const ip = textOf(alert['agentip']);
  const full = ip === undefined ? `${name}->${location}` : `(${name}) ${ip}->${location}`;
  return { full, path: location, host: { name, ip } };
}

/** `SyscheckFile`, in OSSEC 2.9 `file`, with what only the log says. */
function syscheckOf(alert: JsonObject, { path }: OssecLocation): JsonObject | undefined {
  const file = valueAt(alert, 'SyscheckFile') ?? valueAt(alert, 'file');
  const log = textOf(alert['full_log']);
  const fromLog = log !== undefined && isFimLocation(path) ? fimFacts(log) : undefined;
  if (!isJsonObject(file)) return fromLog;
  const own: JsonObject = {};
  for (const [name, value] of Object.entries(file)) {
    const text = textOf(value);
    if (text === undefined) continue;
    if (name.startsWith('perm_')) own[name] = permissions(text);
    else own[name.replace(/^gowner_/, 'gid_').replace(/^owner_/, 'uid_')] = text;
  }
  const ruleId = textOf(valueAt(alert, 'rule', 'sidid')) ?? '';
  const event = { 553: 'deleted', 554: 'added' }[ruleId] ?? 'modified';
  return { event, ...fromLog, ...own };
}

/** The decimal number of the file mode as `rw-r--r--`. */
function permissions(decimal: string): string {
  if (!/^\d{1,7}$/.test(decimal)) return decimal;
  const mode = Number(decimal);
  return 'rwxrwxrwx'
    .split('')
    .map((letter, i) => ((mode >> (8 - i)) & 1 ? letter : '-'))
    .join('');
}

function textOf(value: JsonValue | undefined): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

function listOf(value: JsonValue | undefined): string[] | undefined {
  return Array.isArray(value) ? value.flatMap((one) => textOf(one) ?? []) : undefined;
}

/** The members that have a value. */
function pick(members: Readonly<Record<string, JsonValue | undefined>>): JsonObject {
  const present = Object.entries(members).filter(([, value]) => value !== undefined);
  return Object.fromEntries(present) as JsonObject;
}
