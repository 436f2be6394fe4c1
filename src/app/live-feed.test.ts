import { expect, it } from 'vitest';
import { aSettlement } from '../../test/support/outbox.ts';
import type { LeasedDelivery } from '../core/delivery.ts';
import type { LiveEvent } from '../core/live-event.ts';
import { LiveFeed } from './live-feed.ts';

const TEXT = '{"rule":{"id":"5712","level":7},"agent":{"id":"1","name":"web"},"id":"1.2"}';
const delivery = { id: 4, raw: Buffer.from(TEXT) } as unknown as LeasedDelivery;

it('tells those who look on what became of an attempt, and nobody afterwards', () => {
  const feed = new LiveFeed({ now: () => 5 });
  const events: LiveEvent[] = [];
  const end = feed.watch((event) => events.push(event));
  feed.settled('slack', delivery, aSettlement(4, { durationMs: 9.6 }));
  feed.settled(
    'slack',
    delivery,
    aSettlement(4, {
      outcome: { kind: 'retry', reason: 'timeout' },
      next: { state: 'pending', notBefore: 9, reason: 'timeout' },
    }),
  );
  feed.refused('slack', 'only', { id: '1.3', level: 3, ruleId: '1' });
  feed.held('slack', 'throttle', false, {
    raw: Buffer.from(''),
    alertId: '1.4',
    level: 5,
    lanes: [1],
    labels: { ruleId: '2' },
  });
  end();
  feed.settled('slack', delivery, aSettlement(4));
  const about = { integration: 'slack', alert: '1.2', level: 7, rule: '5712', agent: 'web' };
  expect(events).toMatchObject([
    { at: 5, event: 'delivered', ...about, delivery: 4, status: 200, duration_ms: 10 },
    { at: 5, event: 'retry', ...about, reason: 'timeout' },
    { at: 5, event: 'refused', alert: '1.3', rule: '1', verdict: 'only' },
    { at: 5, event: 'held', alert: '1.4', rule: '2', verdict: 'throttle' },
  ]);
  expect(events).toHaveLength(4);
});

it('looks at nothing while nobody looks on', () => {
  const feed = new LiveFeed({ now: () => 5 });
  const untouched = {
    get raw(): Buffer {
      throw new Error('looked at');
    },
  } as unknown as LeasedDelivery;
  expect(() => feed.settled('slack', untouched, aSettlement(4))).not.toThrow();
});
