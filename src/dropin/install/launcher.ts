import { shellWord } from '../../core/shell-word.ts';
import { LAUNCHED_REFUSAL } from '../enter.ts';

/** What a launcher starts, and for whom. All paths are absolute. */
export interface LauncherSettings {
  /** The original's name. */
  readonly name: string;
  /** The manager's directory. */
  readonly home: string;
  readonly node: string;
  /** Our program, `dist/cli/wazuh.js`. */
  readonly program: string;
  /** Whom to run as, where that is not the manager's own account. */
  readonly user: string | undefined;
  readonly group: string | undefined;
}

const MARK = '# integratord launcher';

/** Variables that have Node load or write files before our first line runs. */
export const NODE_VARIABLES = [
  'NODE_OPTIONS',
  'NODE_PATH',
  'NODE_COMPILE_CACHE',
  'NODE_V8_COVERAGE',
  'NODE_REDIRECT_WARNINGS',
  'NODE_ICU_DATA',
] as const;

/** True when a program of the manager is one of our launchers. */
export function isLauncher(content: Buffer): boolean {
  return content.subarray(0, 200).toString('latin1').includes(`\n${MARK}`);
}

/**
 * The program that takes the original's place. Where integratord cannot run (Node was removed, its
 * files are gone, it crashes at its start) the original runs in its place, since `wazuh-control`
 * starts nothing at all when one daemon fails to start.
 */
export function launcherText(settings: LauncherSettings): string {
  const { name, home, node, program, user, group } = settings;
  const account = [
    ...(user === undefined ? [] : [`-u ${shellWord(user)}`]),
    ...(group === undefined ? [] : [`-g ${shellWord(group)}`]),
  ];
  const start = ['"$node" "$program" --home "$home" --as "$name"'];
  return `#!/bin/sh
${MARK}, written by \`integratord install\`, which overwrites it.
# \`integratord uninstall\` brings the original back, which is kept beside it.
name=${shellWord(name)}
home=${shellWord(home)}
node=${shellWord(node)}
program=${shellWord(program)}
original="$home/bin/$name.original"
log="$home/logs/ossec.log"
# What whoever starts the manager has set for other programs: it would load files, or write some, as root.
unset ${NODE_VARIABLES.join(' ')}

# The manager must start all the same: then with the original.
fall_back() {
  line="$(date '+%Y/%m/%d %H:%M:%S') $name: ERROR: integratord does not run: $1"
  shift
  echo "$line" >&2
  # The manager's user could put a link there.
  [ -f "$log" ] && [ ! -L "$log" ] && [ -w "$log" ] && echo "$line" >> "$log"
  trap - HUP
  [ -x "$original" ] && exec "$original" "$@"
  exit 0
}

[ -x "$node" ] && [ -r "$program" ] || fall_back "$node or $program is missing" "$@"

# In the foreground there is nothing to come back to.
for flag in "$@"; do
  case "$flag" in
    -*f*) ${['exec', ...start, ...account, '"$@"'].join(' ')} ;;
  esac
done

# A terminal that goes away now ends nobody: the original would start beside what has begun.
trap '' HUP
${[...start, '--launched', ...account, '"$@"'].join(' ')}
code=$?
case $code in
  0) exit 0 ;;
  ${LAUNCHED_REFUSAL}) exit 1 ;;
  *) fall_back "it ended with exit code $code" "$@" ;;
esac
`;
}
