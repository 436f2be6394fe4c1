import { isJsonObject, type JsonValue } from '../alert/json.ts';
import { nearest } from '../core/nearest.ts';

/** What Wazuh puts into a field. */
export type FieldType = 'text' | 'number' | 'bool' | 'texts';

const texts = (...names: string[]) => names.map((name) => [name, 'texts'] as const);
const text = (...names: string[]) => names.map((name) => [name, 'text'] as const);

/** The fields whose types are certain, by their paths. Values in `data` are texts, but for lists. */
export const FIELD_TYPES: ReadonlyMap<string, FieldType> = new Map<string, FieldType>([
  ['rule.level', 'number'],
  ['rule.firedtimes', 'number'],
  ['rule.frequency', 'number'],
  ['rule.mail', 'bool'],
  ...text('rule.id', 'rule.description'),
  ...texts('rule.groups', 'rule.mitre.id', 'rule.mitre.tactic', 'rule.mitre.technique'),
  ...texts('rule.pci_dss', 'rule.gpg13', 'rule.gdpr', 'rule.hipaa', 'rule.nist_800_53', 'rule.tsc'),
  ...text('agent.id', 'agent.name', 'agent.ip', 'manager.name', 'cluster.name', 'cluster.node'),
  ...text('id', 'timestamp', 'location', 'full_log', 'previous_output', 'previous_log'),
  ...text('decoder.name', 'decoder.parent', 'decoder.ftscomment'),
  ...text('predecoder.program_name', 'predecoder.hostname', 'predecoder.timestamp'),
  ...text('syscheck.path', 'syscheck.event', 'syscheck.mode'),
]);

/** Below these anything can stand. */
const OPEN = ['agent.labels.'];
/** Fields with members of their own. */
const CONTAINERS = ['data', 'agent.labels', 'GeoLocation', 'agentless'];
const BUILTIN: ReadonlySet<string> = new Set(
  [...FIELD_TYPES.keys(), ...CONTAINERS].flatMap(withParents),
);

const MOST_PATHS = 20_000;
const MOST_LEVELS = 12;

/** The paths of all fields in sample alerts, `data.win.system.eventID`, with those of their parents. */
export function knownFields(samples: Iterable<JsonValue>): Set<string> {
  const known = new Set<string>();
  const walk = (value: JsonValue, prefix: string, levels: number): void => {
    if (!isJsonObject(value) || levels > MOST_LEVELS) return;
    for (const [key, member] of Object.entries(value)) {
      if (known.size >= MOST_PATHS) return;
      known.add(prefix + key);
      walk(member, `${prefix}${key}.`, levels + 1);
    }
  };
  for (const sample of samples) walk(sample, '', 1);
  return known;
}

/**
 * What to say of a field that no known alert has; undefined where it is known. It may be right all the
 * same: decoders can make any field.
 * @param known what {@link knownFields} found; without it only what Wazuh itself writes is known.
 */
export function whyUnknown(
  path: readonly string[],
  known: ReadonlySet<string> | undefined,
): { readonly message: string; readonly hint?: string } | undefined {
  const name = path.join('.');
  if (BUILTIN.has(name) || known?.has(name) === true) return undefined;
  if (OPEN.some((open) => name.startsWith(open))) return undefined;
  if (known === undefined && name.startsWith('data.')) return undefined;
  const candidates = [...BUILTIN, ...(known ?? [])];
  const meant =
    candidates.find((candidate) => candidate.endsWith(`.${name}`)) ?? nearest(name, candidates);
  const message = `no known alert has the field ${name}`;
  return meant === undefined ? { message } : { message, hint: meant };
}

function withParents(path: string): string[] {
  const keys = path.split('.');
  return keys.map((_, at) => keys.slice(0, at + 1).join('.'));
}
