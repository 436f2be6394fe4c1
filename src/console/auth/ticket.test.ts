import { expect, it } from 'vitest';
import { FakeClock } from '../../../test/support/fake-clock.ts';
import { Ticket } from './ticket.ts';

const USER = { name: 'you', role: 'operator' } as const;

function scene() {
  const clock = new FakeClock();
  const ticket = new Ticket(USER, clock);
  const key = new URL(ticket.path, 'http://localhost').searchParams.get('key') ?? '';
  return { clock, ticket, key };
}

it('lets in who has the address, as often as they come', () => {
  const { ticket, key } = scene();
  const [first = '', second = ''] = [ticket.enter(key), ticket.enter(key)];
  expect(first).not.toBe(second);
  expect([ticket.userOf(first, true), ticket.userOf(second, true)]).toEqual([USER, USER]);
});

it('lets in nobody else', () => {
  const { ticket, key } = scene();
  const wrong = ['', key.slice(1), `${key}x`, key.toLowerCase(), scene().key];
  expect(wrong.map((one) => ticket.enter(one))).toEqual(wrong.map(() => undefined));
  // The key is no session, nor the other way round.
  expect(ticket.userOf(key, true)).toBeUndefined();
  expect(ticket.enter(ticket.enter(key) ?? '')).toBeUndefined();
});

it('forgets who was let in after an hour without a click', async () => {
  const { ticket, key, clock } = scene();
  const token = ticket.enter(key) ?? '';
  await clock.advance(61 * 60_000);
  expect(ticket.userOf(token, true)).toBeUndefined();
  expect(ticket.userOf(ticket.enter(key) ?? '', true)).toEqual(USER);
});
