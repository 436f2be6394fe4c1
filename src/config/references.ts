import type { Diagnostic } from '../core/diagnostic.ts';
import type { Files } from './files.ts';
import type { Report } from './report.ts';

/** Longest file that `${file:…}` reads, in bytes. */
const LONGEST_SECRET = 65_536;

/** Where the values of `${env:NAME}` and `${file:/path}` come from. */
export interface ReferenceSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly files: Files;
}

/** Everything in braces counts as a reference, so that a mistyped one is not sent as a key. */
const REFERENCE = /\$\{(env|file):([^}]*)\}/g;

/** True when a text contains something that {@link resolveReferences} would replace. */
export function holdsReference(text: string): boolean {
  return /\$\{(?:env|file):/.test(text);
}

/** The variables that a text names by `${env:…}`, whatever they are there for. */
export function referencedVariables(text: string): string[] {
  return [...text.matchAll(REFERENCE)].flatMap(([, kind, target = '']) =>
    kind === 'env' ? [target] : [],
  );
}

/**
 * Replaces the references in a value. Returns undefined when one can't be resolved; the report
 * then names the variable or the path, never a value. Every value found is added to `secrets`.
 *
 * @param escape encodes a value for its context, e.g. inside a JSON string
 */
export function resolveReferences(
  text: string,
  offset: number,
  sources: ReferenceSources,
  report: Report,
  secrets: Set<string>,
  escape: (value: string) => string = (value) => value,
): string | undefined {
  if (holdsReference(text.replace(REFERENCE, ''))) {
    report.error(offset, 'a ${env:… or ${file:… in this value lacks its closing brace }');
    return undefined;
  }
  let resolved = true;
  const result = text.replace(REFERENCE, (_, kind: string, target: string) => {
    const found = kind === 'env' ? fromEnv(target, sources) : fromFile(target, sources);
    if (!found.ok) {
      report.error(offset, found.message);
      resolved = false;
      return '';
    }
    if (found.warning !== undefined) report.warning(offset, found.warning);
    secrets.add(found.value);
    return escape(found.value);
  });
  return resolved ? result : undefined;
}

const NOT_SET = /^the environment variable (\S+) is not set$/;

/** The variable of which a message says that it is not set. */
export function variableNotSet({ message }: Pick<Diagnostic, 'message'>): string | undefined {
  return NOT_SET.exec(message)?.[1];
}

type ResolvedReference =
  | { readonly ok: true; readonly value: string; readonly warning?: string }
  | { readonly ok: false; readonly message: string };

function fromEnv(name: string, { env }: ReferenceSources): ResolvedReference {
  if (!/^[A-Za-z_]\w*$/.test(name)) {
    const message = '${env:…} needs the name of an environment variable: letters, digits and _';
    return { ok: false, message };
  }
  const value = Object.hasOwn(env, name) ? env[name] : undefined;
  if (value === undefined) {
    return { ok: false, message: `the environment variable ${name} is not set` };
  }
  if (value !== '') return { ok: true, value };
  return { ok: true, value, warning: `the environment variable ${name} is empty` };
}

function fromFile(path: string, { files }: ReferenceSources): ResolvedReference {
  if (!path.startsWith('/') || /[\u0000-\u001f]/.test(path)) {
    return { ok: false, message: '${file:…} needs the absolute path of a file, beginning with /' };
  }
  const content = files.read(path, { bytes: LONGEST_SECRET });
  if (!content.ok) return { ok: false, message: `the secret file ${path} ${content.message}` };
  if (content.truncated) {
    return { ok: false, message: `the secret file ${path} is longer than ${LONGEST_SECRET} bytes` };
  }
  const value = content.bytes.toString('utf8').replace(/\r?\n$/, '');
  if (value.includes('\0')) {
    return { ok: false, message: `the secret file ${path} contains NUL bytes: it is not text` };
  }
  if (value === '') return { ok: true, value, warning: `the secret file ${path} is empty` };
  if ((content.mode & 0o004) === 0) return { ok: true, value };
  const warning = `every user of this machine can read the secret file ${path}: chmod o-r`;
  return { ok: true, value, warning };
}
