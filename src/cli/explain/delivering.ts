import type { Setup } from '../../app/setup.ts';
import { variableNotSet } from '../../config/references.ts';
import { listed } from '../../config/report.ts';
import type { Diagnostic } from '../../core/diagnostic.ts';
import { complain } from '../../telemetry/standard-error.ts';
import { printable } from '../output.ts';
import { reportOf } from '../status/gather.ts';

/** False for an error about a variable that the shell lacks, and that the daemon may have. */
export function isOfEveryShell(error: Diagnostic): boolean {
  return variableNotSet(error) === undefined;
}

/**
 * The integrations that the daemon delivers for, although they could not run as this command reads them:
 * the daemon has variables of its environment that a shell lacks, and holds on to a configuration that worked.
 * Says so, below the errors that were shown; of variables only where something cannot run for the lack of
 * them. Asks the daemon only where there are such integrations.
 * @param state the directory of the daemon.
 */
export async function deliveringAllTheSame(
  setup: Setup,
  state: string,
): Promise<ReadonlySet<string>> {
  const unusable = new Map(
    setup.integrations.flatMap(({ integration: { id }, unusable }) =>
      unusable === undefined ? [] : [[id, unusable] as const],
    ),
  );
  if (unusable.size === 0) return new Set();
  const report = await reportOf({ state, readSocket: undefined });
  const ids = (report?.integrations ?? [])
    .filter(({ id, state, why }) => state !== 'not_running' && why !== unusable.get(id)?.reason)
    .map(({ id }) => id)
    .filter((id) => unusable.has(id));
  const can = `can run ${printable(ids.join(', '))}`;
  const errors = setup.diagnostics.filter(({ severity }) => severity === 'error');
  const lacking = [...unusable].some(([id, { kind }]) => {
    return kind === 'missing_secret' && !ids.includes(id);
  });
  const variables = new Set(errors.flatMap((error) => variableNotSet(error) ?? []));
  if (lacking && variables.size > 0) {
    const daemon = ids.length > 0 ? can : 'may have them';
    complain(
      `integratord: this shell lacks environment variables: ${printable(listed(variables))}; the daemon ${daemon}\n`,
    );
  } else if (ids.length > 0 && errors.some(isOfEveryShell)) {
    complain(
      `integratord: errors are of what this command sees. The daemon, with its own environment, ${can}\n`,
    );
  }
  return new Set(ids);
}
