import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { aContext, fakeScripts } from '../../../test/support/fake-transports.ts';
import { aJob, anAlert, anIntegration } from '../../../test/support/jobs.ts';
import type { ScriptResult } from '../../core/destination.ts';
import { DEFAULT_RETRY, isQuick, nextState, retriesOf } from '../../core/retry.ts';
import { createDestination } from '../sdk/create-destination.ts';
import { scriptDestination } from './index.ts';

const script = createDestination(scriptDestination('integrations', '/var/ossec'));
const page = readFileSync(
  new URL('../../../docs/integrations/custom-scripts.md', import.meta.url),
  'utf8',
);
const [head, ...rows] = tableOf(page, '| how it ends |');

const ENDS: Readonly<Record<string, readonly ScriptResult[]>> = {
  'exit code 0': [exit(0)],
  'exit code 75': [exit(75)],
  'exit code 126 or 127': [exit(126), exit(127)],
  'another exit code': [exit(1), exit(2), exit(74), exit(76), exit(255)],
  'ended from outside: SIGTERM, SIGKILL, SIGINT, SIGHUP': [
    { kind: 'killed', signal: 'SIGTERM', output: '' },
    { kind: 'killed', signal: 'SIGKILL', output: 'x' },
    { kind: 'killed', signal: 'SIGINT', output: '' },
    { kind: 'killed', signal: 'SIGHUP', output: '' },
  ],
  'another signal: it crashed': [
    { kind: 'killed', signal: 'SIGSEGV', output: '' },
    { kind: 'killed', signal: 'SIGABRT', output: 'x' },
  ],
  'the timeout': [{ kind: 'timeout', output: '' }],
};

describe('the table of how a script reports its result', () => {
  it('has a row for every way to end, and a column for every configuration', () => {
    expect(rows.map(([end]) => end)).toEqual(Object.keys(ENDS));
    expect(head).toEqual(['how it ends', 'neither', '`<retries>`', '`retry`', 'both']);
  });

  it.each(rows)('%s: %s, %s, %s, %s', async (end, ...cells) => {
    for (const result of ENDS[end ?? ''] ?? []) {
      expect([
        await whatFollows(result, false, false),
        await whatFollows(result, true, false),
        await whatFollows(result, false, true),
        await whatFollows(result, true, true),
      ]).toEqual(cells);
    }
  });
});

function exit(code: number): ScriptResult {
  return { kind: 'exited', code, output: 'nothing found' };
}

/** What follows a run that always ends like this, in the words of the table. */
async function whatFollows(
  result: ScriptResult,
  withRetries: boolean,
  withRetry: boolean,
): Promise<string> {
  const integration = anIntegration({
    retries: withRetries ? 2 : 3,
    retriesAreSet: withRetries,
    settings: withRetry ? { retry: DEFAULT_RETRY } : {},
  });
  const retries = retriesOf(integration, script).quick;
  const words = new Set<string>();
  for (let tries = 1; tries < 6; tries += 1) {
    const context = aContext({ scripts: fakeScripts(result) });
    const outcome = await script.deliver(aJob(anAlert({}), integration), context);
    if (outcome.kind === 'park') return 'parked';
    const history = { tries, firstAttemptAt: 0, retries, schedule: DEFAULT_RETRY };
    const next = nextState(outcome, history, 1000, () => 0.5);
    if (next.state !== 'pending') return [...words, next.state].join(', ');
    words.add(isQuick(history) ? 'quick' : 'later');
  }
  return [...words].join(', ');
}

/** The cells of a table of a page. */
function tableOf(text: string, begin: string): string[][] {
  const lines = text.slice(text.indexOf(begin)).split('\n\n', 1)[0]?.split('\n') ?? [];
  return lines
    .filter((line) => !line.startsWith('|---'))
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    );
}
