import { type Command, InvalidArgumentError } from 'commander';
import { systemClock } from '../../core/clock.ts';
import { DAY_MS, readDuration } from '../../core/durations.ts';
import { MOMENTS, readMoment } from '../../core/moment.ts';
import { printableLines } from '../../core/printable.ts';
import { AlertHistory } from '../../sources/file/history.ts';
import { complain } from '../../telemetry/standard-error.ts';
import { actAsDaemon } from '../act-as.ts';
import { invocation } from '../common-options.ts';
import { EXIT } from '../exit.ts';
import { loadSetup } from '../load.ts';
import { operator } from '../operator.ts';
import { print, printJson } from '../output.ts';
import { readTrial, requireKnown, type SilenceOptions, withSilenceOptions } from './options.ts';
import { Trial } from './trial.ts';
import { trialJson, trialText } from './trial-text.ts';

interface TestOptions extends SilenceOptions {
  /** Milliseconds since 1970. */
  readonly since?: number;
}

/** `integratord silence test`: what a silence would have held back, before there is one. */
export function addTest(silence: Command): void {
  withSilenceOptions(
    silence.command('test').description('show what a silence would have held back, and add none'),
  )
    .option('--since <time>', `how far back: 24h, 7d, or since when: ${MOMENTS}`, sinceWhen)
    .action(async (own: TestOptions, command: Command) => {
      const { who } = operator();
      const invoked = invocation(command);
      const { paths, json } = invoked;
      const setup = loadSetup(paths, { files: actAsDaemon(invoked).files });
      const now = systemClock.now();
      const ids = new Set(setup.integrations.map(({ integration }) => integration.id));
      const silence = await readTrial(own, { setup, now, who, json });
      requireKnown(silence, ids);
      const trial = new Trial(setup, silence, now);
      const history = new AlertHistory({ path: paths.alerts, clock: systemClock });
      const range = { since: own.since ?? now - DAY_MS, until: now };
      for await (const { bytes } of history.between(range)) trial.read(bytes);
      for (const { path, message } of history.problems) {
        complain(printableLines(`${path}: ${message}\n`));
      }
      const result = { ...trial.result(), ...range, problems: history.problems };
      if (json) await printJson(trialJson(result));
      else await print(trialText(result));
      process.exitCode = EXIT.done;
    });
}

function sinceWhen(text: string): number {
  const now = systemClock.now();
  const span = readDuration(text);
  const since = span === undefined ? readMoment(text, now - DAY_MS)?.ms : now - span;
  if (since !== undefined) return since;
  throw new InvalidArgumentError(
    `It must be a duration such as 24h, or a time such as ${MOMENTS}.`,
  );
}
