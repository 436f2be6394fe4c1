import { describe, expect, it } from 'vitest';
import { FakeDestination } from '../../test/support/fake-destination.ts';
import { anIntegration } from '../../test/support/jobs.ts';
import { aMute, aSilence } from '../../test/support/quiet.ts';
import { readAlert } from '../alert/formats/read-alert.ts';
import type { Integration } from '../core/integration.ts';
import { Quiet } from '../silences/quiet.ts';
import { Router } from './router.ts';

const NOW = 1_000_000;
const clock = { now: () => NOW };
const route = (lane: number, changes: Partial<Integration> = {}) => ({
  integration: anIntegration({ id: `i${lane}`, ...changes }),
  destination: new FakeDestination(),
  lane,
});

/** A line in the order in which the manager writes it, which the fast path knows. */
const lineOf = (id: string, level = 5, srcip = '10.0.0.7') =>
  JSON.stringify({
    timestamp: '2026-08-20T11:22:31.771+0000',
    rule: { level, description: 'd', id, firedtimes: 1, mail: false, groups: ['sshd'] },
    agent: { id: '001', name: 'web-1' },
    manager: { name: 'm' },
    id: '1.1',
    data: { srcip },
    location: 'auth.log',
  });

function routed(router: Router, line: string) {
  const bytes = Buffer.from(line);
  return router.route(bytes, 0, bytes.length);
}

const added = (...silences: ReturnType<typeof aSilence>[]) => ({
  silences,
  isEnded: (key: string) => key === 'silence:9',
});

describe('a silence', () => {
  it('is told to the lanes of its integrations, and keeps no alert from being stored', () => {
    const silence = aSilence({ id: 1, only: { rules: 5710 }, integrations: ['i2'] });
    const quiet = new Quiet(undefined, added(silence));
    const router = new Router([route(1), route(2), route(3, { level: 9 })], clock, quiet);
    const routing = routed(router, lineOf('5710'));
    expect(routing).toMatchObject({ lanes: [1, 2], skips: [] });
    expect(routing.kind === 'read' && routing.arrivals).toEqual(
      new Map([[2, { hush: silence.hush }]]),
    );
    expect(routed(router, lineOf('5711'))).toMatchObject({ lanes: [1, 2], arrivals: undefined });
    expect(router.only(2)?.router).toBeDefined();
    const alone = router.only(2)?.router as Router;
    expect(routed(alone, lineOf('5710'))).toMatchObject({ arrivals: new Map([[2, {}]]) });
  });

  it('adds to what else a lane has to know', () => {
    const arrival = () => ({ groupKey: '["a"]' });
    const silence = aSilence({ id: 1 });
    const quiet = new Quiet(undefined, added(silence));
    const router = new Router([{ ...route(1), arrival }], clock, quiet);
    const routing = routed(router, lineOf('5710'));
    expect(routing.kind === 'read' && routing.arrivals?.get(1)).toEqual({
      groupKey: '["a"]',
      hush: silence.hush,
    });
  });

  it('is a step of the decision, after all others', () => {
    const quiet = new Quiet(undefined, added(aSilence({ id: 1, why: 'patch night' })));
    const router = new Router([route(1), route(2, { level: 9 })], clock, quiet);
    const read = readAlert(Buffer.from(lineOf('5710')));
    if (typeof read === 'string') throw new Error(read);
    const [first, second] = router.decide(read);
    expect(first).toMatchObject({ verdict: 'silence', by: 'silence:1' });
    expect(first?.chain.at(-1)).toEqual({
      stage: 'silence',
      pass: false,
      by: 'silence:1',
      found: 'silence:1',
      wanted: 'no silence',
      why: 'silence:1 holds it back until 1970-01-01T01:00:00.000Z: patch night',
    });
    expect(second?.verdict).toBe('level');
  });
});

describe('a mute', () => {
  const mute = aMute({ name: 'scans', after: { rules: 5712 }, mute: { rules: [5710, 5712] } });
  const quiet = new Quiet({ silences: [], mutes: [mute] });
  const key = '["10.0.0.7"]';

  it('is opened also by an alert that is for nobody, and others like it stay unread', () => {
    const router = new Router([route(1, { level: 9 })], clock, quiet);
    expect(routed(router, lineOf('5712'))).toMatchObject({
      kind: 'read',
      lanes: [],
      marks: [{ name: 'scans', key, forMs: 600_000 }],
    });
    expect(routed(router, lineOf('5711'))).toEqual({ kind: 'nobody' });
  });

  it('is told to the lanes of what it may hold back, but not of what opens it', () => {
    const router = new Router([route(1)], clock, quiet);
    const marks = [{ name: 'scans', key, forMs: 600_000 }];
    expect(routed(router, lineOf('5710'))).toMatchObject({
      arrivals: new Map([[1, { mutes: marks }]]),
      marks: [],
    });
    expect(routed(router, lineOf('5712'))).toMatchObject({ arrivals: undefined, marks });
  });

  it('holds back only for its integrations', () => {
    const some = aMute({ integrations: ['i2'] });
    const router = new Router(
      [route(1), route(2)],
      clock,
      new Quiet({ silences: [], mutes: [some] }),
    );
    const routing = routed(router, lineOf('5710'));
    expect(routing.kind === 'read' && [...(routing.arrivals?.keys() ?? [])]).toEqual([2]);
  });

  it('is a step of the decision, which tells whether it is open', () => {
    const router = new Router([route(1)], clock, quiet);
    const read = readAlert(Buffer.from(lineOf('5710')));
    if (typeof read === 'string') throw new Error(read);
    const verdictAt = (openedAt: number | undefined) =>
      router.decide(read, () => openedAt)[0]?.verdict;
    expect(verdictAt(undefined)).toBe('send');
    expect(verdictAt(NOW - 599_999)).toBe('mute');
    expect(verdictAt(NOW - 600_000)).toBe('send');
    expect(verdictAt(NOW + 1)).toBe('send');
  });
});
