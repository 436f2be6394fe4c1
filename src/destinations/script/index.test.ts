import { describe, expect, it } from 'vitest';
import { aContext, fakeScripts } from '../../../test/support/fake-transports.ts';
import { aJob, anAlert, anIntegration } from '../../../test/support/jobs.ts';
import { fixture, fixtureLines, vectors } from '../../../test/support/vectors.ts';
import type { ScriptCall, ScriptResult } from '../../core/destination.ts';
import type { Integration } from '../../core/integration.ts';
import { Secret } from '../../core/secret.ts';
import { createDestination } from '../sdk/create-destination.ts';
import { scriptArguments, scriptDestination } from './index.ts';

const script = createDestination(scriptDestination('integrations', '/var/ossec'));

function callFor(integration: Integration, raw: Buffer): ScriptCall {
  const plan = script.plan(aJob(anAlert(raw), integration));
  if (plan.kind !== 'script') throw new Error('not a script');
  return plan.call;
}

describe('calls of the reference', () => {
  interface Row {
    readonly alert: number;
    readonly integration: string;
    readonly argv: readonly string[];
    readonly alert_file: string;
    readonly options_file: string;
  }
  const rows = vectors<Row>('filters/script-calls.jsonl');
  const alerts = fixtureLines('conformance/filters/alerts.jsonl');
  const blocks = readBlocks(fixture('conformance/filters/ossec.conf').toString('utf8'));

  it('has all 300 rows, 80 integrations and 400 alerts', () => {
    expect(rows).toHaveLength(300);
    expect(rows.filter((row) => !row.alert_file.startsWith('{'))).toHaveLength(29);
    expect(blocks.size).toBe(80);
    expect(alerts).toHaveLength(400);
  });

  it('are made with the same arguments and the same files', () => {
    for (const row of rows) {
      const integration = blocks.get(row.integration) as Integration;
      const raw = alerts[row.alert] as Buffer;
      const call = callFor(integration, raw);
      expect(call.path).toBe(`/var/ossec/integrations/${row.integration}`);
      expect(call.argv0).toBe('integrations');
      expect(call.argv).toEqual(row.argv);
      expect(call.optionsFile ?? '').toBe(row.options_file);
      // Our JSON is the line itself, theirs was parsed and printed: they are equal as values.
      const isJson = row.alert_file.startsWith('{');
      const comparable = (file: Buffer) =>
        isJson ? (JSON.parse(file.toString('utf8')) as unknown) : file.toString('latin1');
      const theirs = Buffer.from(row.alert_file, 'latin1');
      expect(comparable(call.alertFile)).toEqual(comparable(theirs));
      expect(!isJson || call.alertFile.equals(Buffer.concat([raw, Buffer.from('\n')]))).toBe(true);
    }
  });
});

describe('arguments', () => {
  const argv = (own: { key?: string; url?: string; options?: string }) =>
    scriptArguments(
      anIntegration({
        apiKey: own.key === undefined ? undefined : new Secret(own.key),
        hookUrl: own.url === undefined ? undefined : new Secret(own.url),
        optionsText: own.options === undefined ? undefined : new Secret(own.options),
      }),
    );

  it('say debug in debug mode, where nothing follows the retries', () => {
    const optionsText = new Secret('{}');
    expect(scriptArguments(anIntegration({ optionsText }), true)).toEqual([
      '<alert-file>',
      '',
      '',
      'debug',
      '<options-file>',
      '10',
      '3',
    ]);
    // A space shifts what follows, as ever.
    const apiKey = new Secret('a b');
    expect(scriptArguments(anIntegration({ apiKey, optionsText }), true)).toEqual([
      '<alert-file>',
      'a',
      'b',
      '',
      'debug',
      '<options-file>',
      '10',
      '3',
    ]);
  });

  it.each([
    [{}, ['<alert-file>', '', '', '', '', '10', '3', '> /dev/null 2>&1']],
    [
      { options: '{}' },
      ['<alert-file>', '', '', '', '<options-file>', '10', '3', '> /dev/null 2>&1'],
    ],
    [{ key: 'a b' }, ['<alert-file>', 'a', 'b', '', '', '', '10', '3 > /dev/null 2>&1']],
    [{ key: 'a  b' }, ['<alert-file>', 'a', '', 'b', '', '', '', '10 3 > /dev/null 2>&1']],
    [{ key: 'a\\ b' }, ['<alert-file>', 'a b', '', '', '', '10', '3', '> /dev/null 2>&1']],
    [{ key: 'a\\\\ b' }, ['<alert-file>', 'a\\ b', '', '', '', '10', '3', '> /dev/null 2>&1']],
    [{ key: 'a\\', url: 'u' }, ['<alert-file>', 'a u', '', '', '10', '3', '>', '/dev/null 2>&1']],
    [
      { key: 'a b c d e f g' },
      ['<alert-file>', 'a', 'b', 'c', 'd', 'e', 'f', 'g    10 3 > /dev/null 2>&1'],
    ],
    [{ key: ' ' }, ['<alert-file>', '', '', '', '', '', '10', '3 > /dev/null 2>&1']],
    [
      { key: "$(id); 'x'" },
      ['<alert-file>', '$(id);', "'x'", '', '', '', '10', '3 > /dev/null 2>&1'],
    ],
  ])('for %j', (own, expected) => {
    expect(argv(own)).toEqual(expected);
  });
});

describe('what becomes of a run', () => {
  const integration = anIntegration({
    name: ' custom-x ',
    apiKey: new Secret('hunter2-key'),
    hookUrl: new Secret('https://h.test/hooks/0123456789abcdef0123'),
  });
  const deliver = async (
    result: ScriptResult,
    own: Partial<Integration> = {},
    signal?: AbortSignal,
  ) =>
    await script.deliver(
      aJob(anAlert({}), { ...integration, ...own }),
      aContext({ scripts: fakeScripts(result), ...(signal === undefined ? {} : { signal }) }),
    );

  it.each<[ScriptResult, object]>([
    [
      { kind: 'exited', code: 0, output: 'sent\n' },
      { kind: 'delivered', status: 0, excerpt: 'sent' },
    ],
    [
      { kind: 'exited', code: 1, output: 'Traceback\nKeyError: rule\n\n' },
      {
        kind: 'retry',
        reason: 'rejected',
        quickOnly: true,
        status: 1,
        message: 'The script ended with exit code 1: KeyError: rule',
      },
    ],
    [
      { kind: 'exited', code: 3, output: '' },
      { kind: 'retry', message: 'The script ended with exit code 3; it printed nothing.' },
    ],
    [
      { kind: 'exited', code: 126, output: '' },
      { kind: 'park', reason: 'client_error', status: 126 },
    ],
    [
      { kind: 'exited', code: 127, output: "env: 'python3\\r': No such file" },
      {
        kind: 'park',
        reason: 'client_error',
        status: 127,
        message: expect.stringContaining('python3') as string,
      },
    ],
    [
      { kind: 'killed', signal: 'SIGSEGV', output: '' },
      {
        kind: 'retry',
        reason: 'rejected',
        quickOnly: true,
        message: expect.stringContaining('SIGSEGV') as string,
      },
    ],
    [
      { kind: 'timeout', output: 'waiting' },
      {
        kind: 'retry',
        reason: 'timeout',
        quickOnly: true,
        message: expect.stringContaining('60 s') as string,
      },
    ],
    [
      { kind: 'refused', message: 'chmod it' },
      { kind: 'park', reason: 'client_error', message: 'chmod it' },
    ],
    [
      { kind: 'failed', message: 'no memory' },
      { kind: 'retry', reason: 'internal', message: 'no memory' },
    ],
  ])('%j: %j', async (result, outcome) => {
    expect(await deliver(result)).toMatchObject(outcome);
  });

  it('is retried later when the daemon stopped it', async () => {
    const outcome = await deliver(
      { kind: 'killed', signal: 'SIGTERM', output: '' },
      {},
      AbortSignal.abort(),
    );
    expect(outcome).toMatchObject({ kind: 'retry' });
    expect(outcome).not.toHaveProperty('quickOnly');
  });

  it('shows none of its secrets', async () => {
    const output =
      'argv: hunter2-key https://h.test/hooks/0123456789abcdef0123 0123456789abcdef0123\n';
    for (const code of [0, 1, 127]) {
      const outcome = JSON.stringify(await deliver({ kind: 'exited', code, output }));
      expect(outcome).not.toContain('hunter2');
      expect(outcome).not.toContain('0123456789abcdef');
    }
  });

  it('keeps beginning and end of a long output', async () => {
    const output = `first\n${'x'.repeat(60_000)}\nlast`;
    const { excerpt = '' } = await deliver({ kind: 'exited', code: 1, output });
    expect(excerpt.length).toBeLessThanOrEqual(2000);
    expect(excerpt).toMatch(/^first\n[\s\S]*\nlast$/);
  });

  it('keeps all of a long output beside it, without secrets, and without what steers a terminal', async () => {
    const secret = 'https://h.test/hooks/0123456789abcdef0123';
    const output = `first\n${'x'.repeat(30_000)}\u001b[2J ${secret}${'y'.repeat(30_000)}\nlast`;
    const outcome = await deliver({ kind: 'exited', code: 1, output });
    expect(outcome.output).toMatch(/^first\nx{30000}\ufffd\[2J .*y{30000}\nlast$/);
    expect(outcome.output).not.toContain('0123456789abcdef');
    expect(await deliver({ kind: 'exited', code: 1, output: 'short' })).not.toHaveProperty(
      'output',
    );
  });

  it('shows control characters as such', async () => {
    const outcome = await deliver({ kind: 'exited', code: 1, output: '\u001b[2Jgone\u0007' });
    expect(JSON.stringify(outcome)).not.toMatch(/\\u001b|\\u0007/);
  });

  it('has the time that is configured, else a minute', async () => {
    const times: number[] = [];
    const run = async (timeout: number, timeoutIsSet: boolean) => {
      const scripts = {
        run: async (_: ScriptCall, limits: { timeoutMs: number; name: string }) => {
          times.push(limits.timeoutMs);
          expect(limits.name).toBe('custom-x');
          return { kind: 'exited', code: 0, output: '' } as const;
        },
      };
      const job = aJob(anAlert({}), { ...integration, timeout, timeoutIsSet });
      await script.deliver(job, aContext({ scripts }));
    };
    await run(10, false);
    await run(10, true);
    await run(300, true);
    expect(times).toEqual([60_000, 10_000, 300_000]);
  });

  it.each(['custom-../../bin/sh', 'custom-a/b', 'custom-\0'])(
    'refuses the name %j',
    async (name) => {
      const outcome = await deliver({ kind: 'exited', code: 0, output: '' }, { name });
      expect(outcome).toMatchObject({ kind: 'park', reason: 'client_error' });
    },
  );
});

/** Reads the blocks of the vectors' configuration, which is plain: one block a line, no entities. */
function readBlocks(conf: string): Map<string, Integration> {
  const blocks = new Map<string, Integration>();
  for (const [, block = ''] of conf.matchAll(/<integration>(.*)<\/integration>/g)) {
    const value = (tag: string) => new RegExp(`<${tag}>(.*)</${tag}>`).exec(block)?.[1];
    const secret = (tag: string) => {
      const text = value(tag);
      return text === undefined ? undefined : new Secret(text);
    };
    const name = value('name') ?? '';
    blocks.set(
      name,
      anIntegration({
        id: name,
        name,
        apiKey: secret('api_key'),
        hookUrl: secret('hook_url'),
        optionsText: secret('options'),
        alertFormat: value('alert_format'),
        maxLog: Number(value('max_log') ?? 165),
        timeout: Number(value('timeout') ?? 10),
        timeoutIsSet: value('timeout') !== undefined,
        retries: Number(value('retries') ?? 3),
      }),
    );
  }
  return blocks;
}
