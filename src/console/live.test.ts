import { expect, it } from 'vitest';
import { FakeClock } from '../../test/support/fake-clock.ts';
import type { LiveEvent } from '../core/live-event.ts';
import type { SaidNotice } from '../core/said-notice.ts';
import type { NowData } from './data.ts';
import { Live } from './live.ts';

function scene() {
  const clock = new FakeClock();
  const world = {
    pending: 0,
    busy: 0,
    asked: 0,
    isBroken: false,
    isStillIn: true,
    notices: [] as SaidNotice[],
  };
  let watcher: ((event: LiveEvent) => void) | undefined;
  const source = {
    async now(): Promise<NowData> {
      world.asked += 1;
      if (world.isBroken) throw new Error('no outbox');
      return nowData(world.pending, clock.now());
    },
    notices: () => world.notices,
    scrub: (text: string) => text.replaceAll('s3cret', '[redacted]'),
    watch(told: (event: LiveEvent) => void) {
      watcher = told;
      return () => {
        watcher = undefined;
      };
    },
  };
  const live = new Live({ source, clock, busyShare: () => world.busy });
  /** A page, with what it was told so far. */
  const open = (lastEventId?: string) => {
    const stream = live.subscribe(false, () => world.isStillIn, lastEventId);
    if (stream === undefined) return undefined;
    const page = {
      text: '',
      isOver: false,
      events: () => [...page.text.matchAll(/^event: (\w+)$/gm)].map((m) => m[1]),
    };
    const reader = stream.getReader();
    const decoder = new TextDecoder();
    void (async () => {
      for (;;) {
        const { value, done } = await reader.read();
        if (done) page.isOver = true;
        if (done) return;
        page.text += decoder.decode(value);
      }
    })();
    return {
      ...page,
      get text() {
        return page.text;
      },
      get isOver() {
        return page.isOver;
      },
      close: () => reader.cancel(),
    };
  };
  const happens = (integration: string) =>
    watcher?.({ at: clock.now(), event: 'delivered', integration, delivery: 7 });
  return { clock, world, live, open, happens, isWatching: () => watcher !== undefined };
}

it('tells pages what has changed, and shows every 15 s that it is there', async () => {
  const { clock, world, open } = scene();
  const page = open();
  await clock.advance(1000);
  expect(page?.text).toMatch(/^retry: 3000\n\nevent: lanes\nid: \d+\ndata: /);
  expect(page?.events()).toEqual(['lanes', 'notices', 'deliveries']);
  await clock.advance(14_000);
  expect(page?.events()).toHaveLength(3);
  expect(page?.text).not.toContain(': still here');
  await clock.advance(2000);
  expect(page?.text.endsWith(': still here\n\n')).toBe(true);
  world.pending = 3;
  await clock.advance(1000);
  expect(page?.events()).toEqual(['lanes', 'notices', 'deliveries', 'lanes']);
});

it('tells of notices once each, as text, also where the outbox cannot be asked', async () => {
  const { clock, world, open } = scene();
  world.isBroken = true;
  const page = open();
  await clock.advance(1000);
  const sentence = 'slack is parked: <img src=x onerror=alert(1)> s3cret \u202e';
  world.notices = [{ at: clock.now(), sentence, isOver: false }];
  await clock.advance(5000);
  expect(page?.events()).toEqual(['notices', 'deliveries', 'notices']);
  expect(page?.text).toContain(
    'slack is parked: &lt;img src=x onerror=alert(1)&gt; [redacted] \\u202e',
  );
  expect(page?.text).toContain('</span> trouble');
});

it('shows that it is there where the outbox cannot be asked, too', async () => {
  const { clock, world, open } = scene();
  world.isBroken = true;
  const page = open();
  await clock.advance(17_000);
  expect(page?.events()).toEqual(['notices', 'deliveries']);
  expect(page?.text).toContain(': still here');
});

it('tells a page that lost its stream only what it does not know', async () => {
  const { clock, world, open } = scene();
  const first = open();
  await clock.advance(1000);
  const ids = [...(first?.text.matchAll(/^id: (\d+)$/gm) ?? [])].map((match) => match[1]);
  await first?.close();
  const again = open(ids.at(-1));
  await clock.advance(3000);
  expect(again?.events()).toEqual([]);
  // What changed meanwhile, and what another daemon said, is told.
  world.pending = 1;
  await clock.advance(1000);
  expect(again?.events()).toEqual(['lanes']);
  for (const unknown of [ids[0], 'x', '999999999999999']) {
    const page = open(unknown);
    await clock.advance(1000);
    expect(page?.events()).toContain('lanes');
  }
});

it('tells nothing more to who is logged out, and ends the stream', async () => {
  const { clock, world, open } = scene();
  const page = open();
  await clock.advance(1000);
  const before = page?.text;
  world.isStillIn = false;
  world.pending = 7;
  await clock.advance(1000);
  expect(page?.text).toBe(before);
  expect(page?.isOver).toBe(true);
});

it('tells less often while the daemon is busy, and asks nothing while no page is open', async () => {
  const { clock, world, open } = scene();
  world.busy = 0.9;
  const page = open();
  await clock.advance(1000);
  world.asked = 0;
  await clock.advance(12_000);
  expect(world.asked).toBe(3);
  world.busy = 0.1;
  await clock.advance(4000);
  world.asked = 0;
  await clock.advance(10_000);
  expect(world.asked).toBe(10);
  await page?.close();
  await clock.advance(2000);
  world.asked = 0;
  await clock.advance(10_000);
  expect(world.asked).toBe(0);
});

it('shows ten deliveries a second at most, and does not even look at more', async () => {
  const { clock, open, happens, isWatching } = scene();
  const page = open();
  for (let at = 1; at <= 12; at += 1) happens(`lane-${at}`);
  expect(isWatching()).toBe(false);
  await clock.advance(1000);
  expect(isWatching()).toBe(true);
  expect(page?.text).toContain('/delivery/7');
  expect(page?.text).toContain('lane-10<');
  expect(page?.text).not.toContain('lane-11<');
  await page?.close();
  await clock.advance(2000);
  expect(isWatching()).toBe(false);
});

it('has no more than twenty pages', () => {
  const { open } = scene();
  for (let page = 1; page <= 20; page += 1) expect(open()).toBeDefined();
  expect(open()).toBeUndefined();
});

function nowData(pending: number, now: number): NowData {
  return {
    verdict: 'ok',
    problems: [],
    recent: new Map(),
    isCounted: true,
    report: {
      pid: 1,
      version: '1',
      mode: 'beside',
      startedAt: 0,
      now,
      sources: [],
      outbox: { path: '/o', bytes: 1, limit: 2, troubles: [] },
      configuration: { file: '/c', inForceSince: 0, refused: undefined },
      integrations: [
        {
          id: 'slack',
          state: 'working',
          why: undefined,
          pending,
          held: 0,
          dead: 0,
          oldestReadAt: undefined,
          nextAttemptAt: undefined,
          behindSince: undefined,
        },
      ],
    },
  };
}
