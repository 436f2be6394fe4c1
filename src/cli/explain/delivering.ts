import type { Setup } from '../../app/setup.ts';
import { complain } from '../../telemetry/standard-error.ts';
import { printable } from '../output.ts';
import { reportOf } from '../status/gather.ts';

/**
 * The integrations that the daemon delivers for, although they could not run as this command reads them:
 * the daemon has variables of its environment that a shell lacks, and holds on to a configuration that worked.
 * Says so, below the errors that were shown; asks the daemon only where there are such integrations.
 * @param state the directory of the daemon.
 */
export async function deliveringAllTheSame(
  setup: Setup,
  state: string,
): Promise<ReadonlySet<string>> {
  const unusable = new Map(
    setup.integrations.flatMap(({ integration: { id }, unusable }) =>
      unusable === undefined ? [] : [[id, unusable.reason] as const],
    ),
  );
  if (unusable.size === 0) return new Set();
  const report = await reportOf({ state, readSocket: undefined });
  if (report === undefined) return new Set();
  const ids = report.integrations
    .filter(({ id, state, why }) => state !== 'not_running' && why !== unusable.get(id))
    .map(({ id }) => id)
    .filter((id) => unusable.has(id));
  if (ids.length > 0) {
    complain(
      `integratord: errors are of what this command sees. The daemon, with its own environment, can run ${printable(ids.join(', '))}\n`,
    );
  }
  return new Set(ids);
}
