import { getopt } from './enter.ts';

/** What the original's command line asks for. */
export type Flags =
  | {
      readonly kind: 'run';
      /** How often `-d` was given. */
      readonly debug: number;
      /** `-t`: only test the configuration. */
      readonly test: boolean;
      /** `-f`: stay in the foreground. */
      readonly foreground: boolean;
      readonly user: string | undefined;
      readonly group: string | undefined;
    }
  | { readonly kind: 'version' }
  /** With what was wrong; undefined when help was asked for. */
  | { readonly kind: 'help'; readonly problem: string | undefined };

/**
 * Reads the original's flags. The first of `-V`, `-h` and anything unknown decides at once, as there.
 */
export function parseFlags(args: readonly string[]): Flags {
  let debug = 0;
  let test = false;
  let foreground = false;
  const values: { u?: string; g?: string } = {};
  for (const { flag, value } of getopt(args)) {
    if (flag === 'V') return { kind: 'version' };
    if (flag === 'h') return { kind: 'help', problem: undefined };
    if (flag === 'd') debug += 1;
    else if (flag === 't') test = true;
    else if (flag === 'f') foreground = true;
    else if (flag === 'u' || flag === 'g') {
      if (value === undefined) return { kind: 'help', problem: `-${flag} needs a value` };
      values[flag] = value;
    } else {
      return { kind: 'help', problem: `there is no option -${flag}` };
    }
  }
  return { kind: 'run', debug, test, foreground, user: values.u, group: values.g };
}

/** Help for people who call the program by the original's name. */
export function helpText(name: string): string {
  return `Usage: ${name} [-Vhdtf] [-u user] [-g group]

integratord, in place of the manager's own ${name}: sends alerts to other tools.

  -V        show the version
  -h        show this help
  -d        log more; may be given twice
  -t        test the configuration, and end
  -f        stay in the foreground
  -u user   run as this user (default: the manager's)
  -g group  run with this group (default: the manager's)
`;
}
