import {
  type PreparedIntegration,
  readSetup,
  type Setup,
  type SetupOptions,
} from '../app/setup.ts';
import { type Diagnostic, formatDiagnostic } from '../core/diagnostic.ts';
import type { Paths } from '../core/paths.ts';
import { complain } from '../telemetry/standard-error.ts';
import { CommandError, EXIT } from './exit.ts';
import { printable } from './output.ts';

/**
 * The configuration for a command that needs one. Its errors are shown; what is well-formed is used.
 * @param isShown which errors are: all, unless it is given.
 * @throws CommandError when the file is broken as a whole.
 */
export function loadSetup(
  paths: Paths,
  options: SetupOptions = {},
  isShown: (error: Diagnostic) => boolean = () => true,
): Setup {
  const setup = readSetup(paths, process.env, options);
  const errors = setup.diagnostics.filter((diagnostic) => diagnostic.severity === 'error');
  for (const error of errors.filter(isShown)) complain(`${printable(formatDiagnostic(error))}\n`);
  if (setup.fatal) throw new CommandError('the configuration is invalid', EXIT.wrongInput);
  return setup;
}

/**
 * The integration that `--integration` names.
 * @throws CommandError that lists the ones there are.
 */
export function findIntegration(setup: Setup, id: string): PreparedIntegration {
  const found = setup.integrations.find((entry) => entry.integration.id === id);
  if (found !== undefined) return found;
  const ids = setup.integrations.map((entry) => entry.integration.id);
  throw new CommandError(
    ids.length === 0
      ? 'there is no integration in the configuration'
      : `there is no integration '${id}'; there are: ${ids.join(', ')}`,
    EXIT.wrongInput,
  );
}
