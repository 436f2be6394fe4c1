import { execFile } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Daemon } from '../app/daemon.ts';
import { systemClock } from '../core/clock.ts';
import type { Paths } from '../core/paths.ts';
import { Scrubber } from '../core/secret.ts';
import { shellWord } from '../core/shell-word.ts';
import { createLog } from '../telemetry/log.ts';
import { type FakeServices, startStandIns } from './fake-services.ts';
import { Feed } from './feed.ts';
import { startManager } from './manager.ts';
import { ownConsole } from './own-console.ts';
import type { Screen } from './screen.ts';
import { Story } from './story.ts';

const EXAMPLES = fileURLToPath(new URL('../../examples', import.meta.url));
const ALERT_EVERY_MS = 800;
/** How long what is under way at the end may take. */
const GRACE_MS = 5000;
/** The message about the flood has arrived by then. */
const HINT_AFTER_MS = 8000;
const COMMAND = fileURLToPath(new URL('../cli/main.js', import.meta.url));
const run = promisify(execFile);

/** Runs the demo until `until` resolves, then removes all that it made. */
export async function runDemo(screen: Screen, until: Promise<unknown>): Promise<void> {
  const paths = createHome();
  const fakeServices = await startStandIns(new Story(systemClock), (arrival) =>
    screen.arrived(arrival),
  );
  try {
    screen.intro(paths.home, paths.config);
    await deliverExamples(paths, fakeServices, screen, until);
  } finally {
    await fakeServices.close();
    rmSync(paths.home, { recursive: true, force: true, maxRetries: 5 });
  }
  screen.summary();
}

async function deliverExamples(
  paths: Paths,
  fakeServices: FakeServices,
  screen: Screen,
  until: Promise<unknown>,
): Promise<void> {
  const scrubber = new Scrubber();
  const sink = { write: (line: string) => screen.log(line) };
  const log = createLog({ level: 'warn', format: 'pretty', sink, color: false }, scrubber);
  const env = { ...process.env, ...exampleEnvironment(fakeServices) };
  const { given, place } = ownConsole(systemClock);
  const daemon = await Daemon.start({
    paths,
    fromStart: true,
    env,
    log,
    scrubber,
    reinject: { kind: 'manager' },
    console: given,
  });
  if (!(daemon instanceof Daemon)) throw new Error('the bundled example did not start');
  const console = await place;
  if (console !== undefined) screen.console(console);
  const lines = readFileSync(join(EXAMPLES, 'alerts.jsonl'), 'utf8');
  const feed = new Feed(paths.alerts, lines, systemClock, (alert) => screen.appended(alert));
  const stopManager = startManager(paths.home, feed, (location) => screen.cameBack(location));
  feed.start(ALERT_EVERY_MS);
  const telling = systemClock.after(HINT_AFTER_MS, () => {
    const id = feed.floodId;
    if (id === undefined) return;
    screen.hint(explainCommand(id, paths), console && `${console.base}/alert/${id}`);
  });
  await until;
  telling();
  feed.stop();
  await daemon.stop(GRACE_MS);
  stopManager();
  if (feed.floodId !== undefined) await explain(feed.floodId, paths, env, screen);
}

/** Shows what became of an alert, as an operator would ask. */
async function explain(
  id: string,
  paths: Paths,
  env: NodeJS.ProcessEnv,
  screen: Screen,
): Promise<void> {
  try {
    const { stdout } = await run(process.execPath, [COMMAND, 'explain', id, ...optionsOf(paths)], {
      env,
    });
    screen.said(explainCommand(id, paths), stdout);
  } catch {
    // It was interrupted once more: whoever does that wants no explanation.
  }
}

/** Can be pasted into any terminal, also where no command has been installed. */
function explainCommand(id: string, paths: Paths): string {
  const words = [process.execPath, COMMAND, 'explain', id, ...optionsOf(paths)];
  return words.map((word) => (/[^\w@%+=:,./-]/.test(word) ? shellWord(word) : word)).join(' ');
}

function optionsOf({ home, config, settings = '' }: Paths): string[] {
  return ['--home', home, '--config', config, '--settings', settings];
}

/** A manager's directory in miniature, for this run only. */
function createHome(): Paths {
  const home = mkdtempSync(join(tmpdir(), 'integratord-demo-'));
  const alerts = join(home, 'logs', 'alerts', 'alerts.json');
  const script = join(home, 'integrations', 'custom-example');
  mkdirSync(join(home, 'integrations'));
  mkdirSync(join(home, 'logs', 'alerts'), { recursive: true });
  writeFileSync(alerts, '');
  copyFileSync(join(EXAMPLES, 'integrations', 'custom-example'), script);
  // Nobody may be able to change a script that the daemon runs, not even the daemon's own user.
  chmodSync(script, 0o550);
  return {
    home,
    alerts,
    config: join(EXAMPLES, 'ossec.conf'),
    settings: join(EXAMPLES, 'integratord.yaml'),
    state: join(home, 'queue', 'integratord'),
  };
}

function exampleEnvironment(fakeServices: FakeServices): NodeJS.ProcessEnv {
  return {
    EXAMPLE_SLACK_URL: fakeServices.slackUrl,
    EXAMPLE_VULNERABILITIES_URL: fakeServices.removedSlackUrl,
    EXAMPLE_PAGERDUTY_URL: fakeServices.pagerDutyUrl,
    EXAMPLE_PAGERDUTY_KEY: fakeServices.pagerDutyKey,
    EXAMPLE_SHUFFLE_URL: fakeServices.shuffleUrl,
    EXAMPLE_VIRUSTOTAL_KEY: 'not-a-real-key-of-virustotal',
    EXAMPLE_VIRUSTOTAL_URL: fakeServices.virusTotalUrl,
    EXAMPLE_CUSTOM_URL: fakeServices.customUrl,
  };
}
