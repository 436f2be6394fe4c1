import type { DestinationDescription } from '../core/destination.ts';
import { settingsOf } from '../core/destination-settings.ts';
import { REDACTED, Scrubber } from '../core/secret.ts';
import { isValue, looksSecret, secretsInOptions } from '../core/secret-names.ts';
import { holdsReference } from './references.ts';
import { Report } from './report.ts';
import { parseYaml, type YamlScalar } from './yaml-document.ts';

/** What stands in a settings file for a secret: a text of YAML wherever a value may stand. */
const PLACEHOLDER = JSON.stringify(REDACTED);
/** Long and made of letters and digits: more likely a key than a word. */
const LIKE_A_KEY = /(?=[\w+/=-]*\d)(?=[\w+/=-]*[A-Za-z])[\w+/=-]{20,}/g;
const ADDRESS = /\b([a-z][a-z\d+.-]*:\/\/)(?:[^\s/@]*@)?([^\s/?#]*)\S*/gi;
const PAIR = /([\w-]{3,40})(["']?\s*[:=]\s*)(\S.*)$/gm;

/** What is known of secrets besides how the file is written. */
export interface SecretKnowledge {
  /** Every secret of the configuration. */
  readonly secrets: readonly string[];
  readonly destinations: readonly DestinationDescription[];
}

/** A settings file that may be shown. */
export interface RedactedSettings {
  readonly text: string;
  /** What was replaced, by where it stands: `integrations.slack.hook_url`. */
  readonly kept: ReadonlyMap<string, string | number>;
}

/**
 * The text of a settings file without its secrets: values with a name of a secret, those of which a
 * destination says that they are, what the configuration knows as a secret, and what looks like one in a
 * comment. Lines stay where they are. References such as `${file:/path}` stay: they are no secrets.
 * @returns undefined where it is not YAML, and so nobody can tell what in it is a secret.
 */
export function redactSettings(
  text: string,
  { secrets, destinations }: SecretKnowledge,
): RedactedSettings | undefined {
  const yaml = parseYaml(text, new Report(''));
  if (yaml === undefined) return undefined;
  const scrubber = new Scrubber(secrets);
  const whole = new Set(secrets);
  const names = new Set(
    destinations
      .flatMap(({ settings }) => settingsOf(settings))
      .filter(({ place, secret }) => secret === true || place === 'hook_url' || place === 'api_key')
      .map(({ name }) => name),
  );
  const kept = new Map<string, string | number>();
  let clean = '';
  let done = 0;
  for (const scalar of yaml.scalars()) {
    const { start, end, isKey, value, path } = scalar;
    clean += cleanComments(text.slice(done, start));
    const written = text.slice(start, end);
    done = end;
    const isSecret = isKey
      ? scrubber.scrub(written) !== written
      : isValue(value as never) &&
        (isNamed(scalar, names) || holds(String(value), scrubber, whole));
    if (!isSecret) {
      clean += written;
      continue;
    }
    if (!isKey) kept.set(placeOf(path), value as string | number);
    clean += PLACEHOLDER + '\n'.repeat(written.split('\n').length - 1);
  }
  return { text: clean + cleanComments(text.slice(done)), kept };
}

/** Where something stands, as a key of {@link RedactedSettings.kept}. */
function placeOf(path: YamlScalar['path']): string {
  return JSON.stringify(path);
}

function isNamed({ path, label, value }: YamlScalar, names: ReadonlySet<string>): boolean {
  if (typeof value === 'string' && holdsReference(value) && isReference(value)) return false;
  const isIntegration = path[0] === 'integrations';
  return path.some((step, at) => {
    if (typeof step !== 'string') return false;
    // The second step is the id of an integration, which is shown everywhere.
    if (isIntegration && at === 1) return false;
    if (isIntegration && at === 2 && names.has(step)) return true;
    const isLabelled = step === 'value' && label !== undefined && looksSecret(label);
    return isLabelled || looksSecret(step);
  });
}

/** True where nothing else stands beside references. */
function isReference(value: string): boolean {
  return value.replace(/\$\{(?:env|file):[^}]*\}/g, '').trim() === '';
}

function holds(value: string, scrubber: Scrubber, whole: ReadonlySet<string>): boolean {
  if (whole.has(value) || scrubber.scrub(value) !== value) return true;
  return secretsInOptions(value, undefined).length > 0;
}

/** Between values there is nothing but signs of YAML and comments, of which nobody says what they hold. */
function cleanComments(text: string): string {
  return text.replace(/#.*/g, (comment) => {
    let clean = comment.replace(PAIR, (pair, name: string, sign: string) =>
      looksSecret(name) ? `${name}${sign}${REDACTED}` : pair,
    );
    clean = clean.replace(
      ADDRESS,
      (_, scheme: string, host: string) => `${scheme}${host}/${REDACTED}`,
    );
    for (const secret of secretsInOptions(clean, undefined)) {
      clean = clean.replaceAll(secret, REDACTED);
    }
    return clean.replace(LIKE_A_KEY, REDACTED);
  });
}

/** A settings text in which secrets that were left as they were shown are what they are. */
export interface RestoredSettings {
  readonly text: string;
  /** The place in the text that was given of a place in this one; both count from 1. */
  placeOf(place: { readonly line: number; readonly column: number }): {
    readonly line: number;
    readonly column: number;
  };
}

/**
 * Puts secrets back where they stood, into a text that someone changed. A placeholder that stands elsewhere
 * is only a text, and so is one with an anchor: so nobody can move a secret to where it would show.
 */
export function restoreSettings(changed: string, kept: RedactedSettings['kept']): RestoredSettings {
  const yaml = parseYaml(changed, new Report(''));
  const shifts: { line: number; column: number; length: number; by: number }[] = [];
  let text = '';
  let done = 0;
  for (const { start, end, isKey, value, path, hasAnchor } of yaml?.scalars() ?? []) {
    const secret = kept.get(placeOf(path));
    if (isKey || hasAnchor || value !== REDACTED || secret === undefined) continue;
    text += changed.slice(done, start);
    const written = JSON.stringify(secret);
    const line = text.split('\n').length;
    const column = Array.from(text.slice(text.lastIndexOf('\n') + 1)).length + 1;
    const length = Array.from(written).length;
    shifts.push({
      line,
      column,
      length,
      by: length - Array.from(changed.slice(start, end)).length,
    });
    text += written;
    done = end;
  }
  return {
    text: text + changed.slice(done),
    placeOf: ({ line, column }) => {
      const before = shifts.filter((one) => one.line === line && one.column < column);
      const inside = before.find((one) => column < one.column + one.length);
      const by = before.filter((one) => one !== inside).reduce((sum, one) => sum + one.by, 0);
      return { line, column: (inside?.column ?? column) - by };
    },
  };
}
