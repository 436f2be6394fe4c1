import { describe, expect, it } from 'vitest';
import { aBundle, aBundleJob } from '../../../test/support/bundles.ts';
import { aContext } from '../../../test/support/fake-transports.ts';
import { anAlert, anIntegration } from '../../../test/support/jobs.ts';
import { fixture } from '../../../test/support/vectors.ts';
import { alertOf } from '../../alert/large-alert.ts';
import type { ScriptCall } from '../../core/destination.ts';
import { createDestination } from '../sdk/create-destination.ts';
import { bundleAlert } from './bundle-alert.ts';
import { scriptDestination } from './index.ts';

const times = [Date.UTC(2026, 10, 24, 13, 0, 12), Date.UTC(2026, 10, 24, 13, 14, 58)];
const NUMBERS =
  '{"bundle":812,"count":37,"first":"2026-11-24T13:00:12.000Z","last":"2026-11-24T13:14:58.000Z"}';

const bundleOf = (raw: string) =>
  aBundle([anAlert(Buffer.from(raw)), anAlert({})], { times, count: 37, kind: 'throttle' });
const sentence = /again 37 times, \d\d:\d\d:12–\d\d:\d\d:58, highest level [^"]*/;

/** The alert as a script gets it, with a mark in place of the sentence. */
const made = (raw: string) =>
  bundleAlert(Buffer.from(raw), bundleOf(raw)).toString().replace(sentence, 'SENTENCE');

describe('the alert that a script gets for several', () => {
  it.each([
    [
      '{"rule":{"level":5},"full_log":"x","data":{"srcip":"203.0.113.7"},"id":"1.2"}',
      `{"rule":{"level":5},"full_log":"SENTENCE","data":{"srcip":"203.0.113.7","integratord":${NUMBERS}},"id":"1.2"}`,
    ],
    ['{"rule":{}}', `{"rule":{},"full_log":"SENTENCE","data":{"integratord":${NUMBERS}}}`],
    [
      '{ "data" : { } , "full_log" : {"a":1} }',
      `{ "data" : { "integratord":${NUMBERS}} , "full_log" : "SENTENCE" }`,
    ],
    [
      '{"data":"x","full_log":"é\\u00e9"}',
      `{"data":{"integratord":${NUMBERS}},"full_log":"SENTENCE"}`,
    ],
  ])('is %j with a sentence and numbers', (raw, expected) => {
    expect(made(raw)).toBe(expected);
  });

  it('keeps every other byte, numbers that JavaScript cannot hold among them', () => {
    const rest = '"n":12345678901234567890, "f":1.0,\t"e":1e400,"dup":1,"dup":2,"s":"\\u00e9\\/"';
    expect(made(`{${rest},"full_log":"x","data":{${rest}}}`)).toBe(
      `{${rest},"full_log":"SENTENCE","data":{${rest},"integratord":${NUMBERS}}}`,
    );
  });

  it('leaves no number that an attacker wrote', () => {
    const raw =
      '{"data":{"integratord":{"count":1},"x":2,"integratord":"y"},"data":{"integratord":3}}';
    expect(made(raw)).toBe(
      `{"data":{"integratord":${NUMBERS},"x":2,"integratord":${NUMBERS}},"data":{"integratord":${NUMBERS}},"full_log":"SENTENCE"}`,
    );
  });

  it.each(['', '[1,2]', '{"rule":'])('is the numbers alone where there is no object: %j', (raw) => {
    expect(made(raw)).toBe(`{"full_log":"SENTENCE","data":{"integratord":${NUMBERS}}}`);
  });
});

describe('a script that is run for several alerts', () => {
  const script = createDestination(scriptDestination('integrations', '/var/ossec'));
  const raw = fixture('samples/w4_03_sshd_auth_failed.json').toString().trim();

  async function callFor(alertFormat: string | undefined, large = false): Promise<ScriptCall> {
    const bytes = Buffer.from(large ? raw.replace('{', `{"big":"${'x'.repeat(20_000)}",`) : raw);
    const bundle = aBundle([alertOf(bytes), anAlert({})], { times, count: 37, kind: 'throttle' });
    const integration = anIntegration({ name: 'custom-x', alertFormat, maxLog: 500 });
    let call: ScriptCall | undefined;
    const run = async (given: ScriptCall) => {
      call = given;
      return { kind: 'exited', code: 0, output: '' } as const;
    };
    await script.deliver(aBundleJob(bundle, integration), aContext({ scripts: { run } }));
    if (call === undefined) throw new Error('it was not run');
    return call;
  }

  it.each([false, true])('gets them in the JSON format, a large one: %j', async (large) => {
    const { alertFile, alertFileEnd } = await callFor('json', large);
    expect(alertFileEnd).toBe('\n');
    expect(JSON.parse(alertFile.toString())).toMatchObject({
      rule: { id: '5760' },
      full_log: expect.stringMatching(sentence) as string,
      data: { srcip: '203.0.113.77', integratord: { bundle: 812, count: 37 } },
    });
  });

  it('gets the sentence as the log of the text format, in ASCII', async () => {
    const lines = (await callFor(undefined)).alertFile.toString('latin1').split('\n');
    expect(lines).toHaveLength(7);
    expect(lines[2]).toBe("ruleid='5760'");
    expect(lines[5]).toMatch(
      /^alertlog='again 37 times, \d\d:\d\d:12-\d\d:\d\d:58, highest level 5: sshd: authentication failed\. \(bastion\)'$/,
    );
  });
});
