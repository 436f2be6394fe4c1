import { suggestion } from './nearest.ts';
import { quoted } from './report.ts';

/** What the configuration must know about a built-in destination. */
export interface Builtin {
  readonly name: string;
  /** Required options. */
  readonly requires: readonly ('hook_url' | 'api_key')[];
}

/** The prefix of the names of custom scripts. */
const CUSTOM = 'custom-';

/** The deciding values, resolved; undefined when not given or unresolvable. */
export interface UsableValues {
  readonly hook_url: string | undefined;
  readonly api_key: string | undefined;
}

/** Why an integration cannot run, and the option to blame; `name` when it is the name. */
export interface Unusable {
  readonly option: 'name' | 'hook_url' | 'api_key';
  readonly reason: string;
}

/**
 * Says why an integration cannot run, or undefined when it can. Stricter than the reference, which
 * accepts an empty value and then fails on every alert.
 * @param kind the name without surrounding whitespace
 */
export function whyUnusable(
  kind: string,
  values: UsableValues,
  builtins: readonly Builtin[],
): Unusable | undefined {
  const builtin = builtins.find(({ name }) => name === kind);
  if (builtin === undefined) return whyNoScript(kind, builtins);
  for (const option of builtin.requires) {
    const value = values[option];
    if (value === undefined) return { option, reason: `${kind} needs <${option}>` };
    if (value.trim() === '') return { option, reason: `${kind} needs <${option}>, which is empty` };
  }
  if (values.hook_url === undefined || isHttp(values.hook_url)) return undefined;
  if (!builtin.requires.includes('hook_url') && values.hook_url.trim() === '') return undefined;
  const reason = '<hook_url> must begin with http:// or https://';
  return { option: 'hook_url', reason };
}

function whyNoScript(kind: string, builtins: readonly Builtin[]): Unusable | undefined {
  if (kind === '') return { option: 'name', reason: 'its <name> is empty' };
  if (!kind.startsWith(CUSTOM)) {
    const names = builtins.map(({ name }) => name);
    const meant = suggestion(kind, names);
    const known = meant || `; known are ${names.join(', ')}, and ${CUSTOM}… for your own scripts`;
    return { option: 'name', reason: `no integration is called ${quoted(kind)}${known}` };
  }
  if (/[/\u0000-\u001f]/.test(kind)) {
    const reason = `${quoted(kind)} cannot be the name of a script: it contains a / or a control character`;
    return { option: 'name', reason };
  }
  return undefined;
}

function isHttp(text: string): boolean {
  try {
    const { protocol } = new URL(text);
    return protocol === 'http:' || protocol === 'https:';
  } catch {
    return false;
  }
}
