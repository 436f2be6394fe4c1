import { beforeEach, expect, it } from 'vitest';
import { builtin } from '../../test/support/builtin.ts';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { aContext, FakeHttp, response } from '../../test/support/fake-transports.ts';
import { anIntegration } from '../../test/support/jobs.ts';
import { largeParts } from '../../test/support/large-parts.ts';
import { Secret } from '../core/secret.ts';
import { attemptLarge } from './large-attempt.ts';

const ALERT = Buffer.from(
  JSON.stringify({ rule: { level: 7, id: '5' }, full_log: '\u{1f525}'.repeat(500_000) }),
);
const integration = anIntegration({
  name: 'shuffle',
  hookUrl: new Secret('http://shuffle.example/'),
});

let large: ReturnType<typeof largeParts>;
beforeEach(() => {
  large = largeParts(new FakeClock());
});

function attempt(http: FakeHttp, signal = new AbortController().signal) {
  const read = () => Buffer.from(ALERT);
  const delivery = { id: 1, attempts: 0, tries: 0, firstAttemptAt: undefined, raw: ALERT };
  const stored = { ...delivery, stored: { length: ALERT.length, read } };
  const parts = { integration, destination: builtin('shuffle'), large };
  return attemptLarge(1, stored, parts, { ...aContext({ http }), signal });
}

it('sends a message with a large alert from a file, which is gone afterwards', async () => {
  const http = new FakeHttp(response(200, '{"success":true}'));
  let sent: Buffer | undefined;
  const send = http.send.bind(http);
  http.send = (request, limits) => {
    sent = large.spool.files.get(request.bodyFile?.path ?? '');
    expect(request.body).toBeUndefined();
    expect(request.bodyFile?.bytes).toBe(sent?.length);
    return send(request, limits);
  };
  expect(await attempt(http)).toMatchObject({ kind: 'delivered' });
  const message = JSON.parse(String(sent)) as { all_fields: unknown; text: string };
  expect(message.all_fields).toEqual(JSON.parse(ALERT.toString('utf8')));
  expect(message.text).toHaveLength(1_000_000);
  expect(large.spool.files.size).toBe(0);
});

it('does not begin when it is to stop', async () => {
  const http = new FakeHttp(response(200, '{"success":true}'));
  expect(await attempt(http, AbortSignal.abort())).toMatchObject({ kind: 'retry' });
  expect(large.spool.files.size).toBe(0);
});
