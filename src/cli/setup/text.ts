import { userInfo } from 'node:os';
import { formatDiagnostic } from '../../core/diagnostic.ts';
import { isRoot } from '../../dropin/enter.ts';
import { printable } from '../output.ts';
import { backText } from '../put-back.ts';
import type { Style } from '../style.ts';
import { type FirstLook, isReady } from './first-look.ts';
import { type Way, waysOf } from './next-steps.ts';
import type { Original } from './original.ts';

/** A first look on one screen: what was found, what would happen, what would not work, what to do. */
export function lookText(look: FirstLook, style: Style): string {
  const { manager } = look;
  if (manager === undefined) return nothingFound(look);
  const title = style.strong;
  if (manager.state === 'unreadable') {
    return [`${title('Manager')}    ${notSeen(manager.home)}`, ...otherHomes(look), ''].join('\n');
  }
  const mark = (why: string | undefined) => (why === undefined ? style.good('✓') : style.bad('✗'));
  const lines = [
    `${title('Manager')}    ${aboutText(look)}`,
    ...otherHomes(look),
    `           ${printable(originalText(look.original))}`,
    ...backLines(look.original, style),
    '',
    `${title('Rights')}     ${triedAs(look)}`,
    ...look.rights.map(({ what, path, why, fix }) => {
      const rest =
        why === undefined ? '' : `: ${why}${fix === undefined ? '' : `; to mend it: ${fix}`}`;
      return `  ${mark(why)} ${what} ${printable(`${path}${rest}`)}`;
    }),
    '',
    `${title('Would do')}   ${look.blocks.length === 0 ? `nothing: ${printable(look.config)} has no <integration> that can be read` : ''}`.trimEnd(),
    ...look.blocks.flatMap(({ id, sentence, why, waits, file, line }) => [
      `  ${mark(why)} ${printable(`${id} (${file}:${line}): ${sentence}`)}`,
      ...(why === undefined
        ? []
        : [`    ${printable(`would not work: ${why}${waits ? '; its alerts would wait' : ''}`)}`]),
    ]),
    ...look.diagnostics.map((one) => `  ${style.bad('✗')} ${printable(formatDiagnostic(one))}`),
    ...look.warnings.map((one) => `  ${style.waiting('!')} ${printable(one)}`),
    '',
    ...waysText(look, style),
  ];
  return `${lines.join('\n')}\n`;
}

function triedAs({ isAsUser, isUserKnown, user }: FirstLook): string {
  if (!isUserKnown) return `tried as you: this machine has no user ${user}`;
  return isAsUser
    ? `tried as user ${user}`
    : `tried as you; root tries them as the user of the daemon`;
}

function aboutText({ manager }: FirstLook): string {
  if (manager === undefined) return '';
  const { product, version, home, how, state } = manager;
  const name =
    product === 'unknown' ? 'a manager' : `${product}${version === undefined ? '' : ` ${version}`}`;
  const what = state === 'agent' ? `${name}, an agent: it writes no alerts` : name;
  return printable(`${what} in ${home}, found ${how}`);
}

function notSeen(home: string): string {
  const who = `cannot look into ${home} as user ${userName()}`;
  return printable(isRoot() ? `${who}: the system does not let it` : `${who}: run this as root`);
}

/** Of this process. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.geteuid?.()); // no system has to know it
  }
}

function otherHomes({ search, manager }: FirstLook): string[] {
  return search.found
    .filter(({ home }) => home !== manager?.home)
    .map(
      ({ home, state }) =>
        `           ${printable(`also there: ${home} (${state}); --home selects it`)}`,
    );
}

function originalText({
  state,
  name,
  pid,
  enabled,
  notEnabled,
  errors,
  lastError,
}: Original): string {
  const said = [
    enabled.length === 0 ? undefined : `has enabled ${enabled.join(', ')}`,
    notEnabled.length === 0 ? undefined : `could not enable ${notEnabled.join(', ')}`,
    errors === 0
      ? undefined
      : `has logged ${errors} ${errors === 1 ? 'error' : 'errors'}, the last: ${lastError}`,
  ].filter((one) => one !== undefined);
  const rest = said.length === 0 ? '' : `; its log says that it ${said.join('; ')}`;
  switch (state) {
    case 'none':
      return 'It has no Integrator of its own.';
    case 'unknown':
      return 'Only root can tell how its own Integrator does.';
    case 'replaced':
      return `integratord stands in the place of ${name} already.`;
    case 'running':
      return `${name} runs (pid ${pid}) and delivers${rest}`;
    case 'stopped':
      return `${name} does not run${rest}`;
  }
}

/** Alerts are delivered by the original since: nothing else on the screen says so. */
function backLines({ back }: Original, style: Style): string[] {
  return back === undefined ? [] : [`         ${style.bad('!')} ${printable(backText(back))}`];
}

function nothingFound({ search }: FirstLook): string {
  return [
    'No Wazuh or OSSEC manager was found. Looked for:',
    ...search.looked.map((one) => `  - ${printable(one)}`),
    '',
    'integratord runs on the machine of the manager, or where its files are shared with: --home DIR names the',
    'directory that has etc/ossec.conf and logs/alerts/alerts.json. To see it work without one: integratord demo',
    '',
  ].join('\n');
}

function waysText(look: FirstLook, style: Style): string[] {
  const ways = waysOf(look);
  if (ways.length === 0) return [];
  return [
    style.strong(introOf(look, ways)),
    ...ways.flatMap((way, at) => ['', ...wayLines(way, at + 1, ways.length)]),
  ];
}

function introOf(look: FirstLook, ways: readonly Way[]): string {
  const kind = ways[0]?.name;
  if (kind === 'already') return 'Nothing was changed.';
  if (!isReady(look))
    return 'Nothing was changed. Mend what is marked above, look again, and then:';
  return `Nothing was changed. To ${kind === 'back' ? 'put integratord back' : 'go live'}:`;
}

function wayLines(
  { why, first, commands, refusals }: Way,
  number: number,
  count: number,
): string[] {
  return [
    `${count > 1 ? `${number}. ` : ''}${printable(why)}`,
    ...(first === undefined ? [] : [`   First ${printable(first)}.`]),
    ...commands.map((one) => `     ${printable(one)}`),
    ...refusals.map((one) => `   The first would refuse now: ${printable(one)}`),
  ];
}
