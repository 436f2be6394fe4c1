// What `install` asks for, as the user whose outbox it is: `meanwhile.js HOME count|skip SINCE` prints as
// JSON what was written to the alert file since integratord last read it; SINCE is when the original came back.
import { readMeanwhile } from '../app/meanwhile.ts';
import { OutboxError } from '../core/outbox-error.ts';
import { EXIT } from './exit.ts';
import { printJson } from './output.ts';
import { resolvePaths } from './paths.ts';

const [, , home = '', what, since] = process.argv;
try {
  await printJson(
    await readMeanwhile(
      resolvePaths({ home }, {}),
      process.env,
      Number(since ?? 0),
      what === 'skip',
    ),
  );
} catch (error) {
  if (!(error instanceof OutboxError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = EXIT.failed;
}
