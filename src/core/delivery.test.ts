import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { deliveryKey } from './delivery.ts';

it('is the same for the same alert and integration, forever', () => {
  // Services keep these keys for days: a change of them is a change of behaviour.
  expect(deliveryKey('slack', Buffer.from('{"id":"1"}'))).toBe('609431de0c4a9fd152f0e242a0fcac2b');
  expect(deliveryKey('slack', Buffer.from('x{"id":"1"}y').subarray(1, -1))).toBe(
    deliveryKey('slack', Buffer.from('{"id":"1"}')),
  );
});

it('differs for any other alert or integration', () => {
  const bytes = fc.uint8Array({ maxLength: 8 });
  const id = fc.stringMatching(/^[a-z#0-9-]{0,6}$/);
  fc.assert(
    fc.property(id, bytes, id, bytes, (idA, rawA, idB, rawB) => {
      const a = deliveryKey(idA, Buffer.from(rawA));
      const b = deliveryKey(idB, Buffer.from(rawB));
      const same = idA === idB && Buffer.from(rawA).equals(Buffer.from(rawB));
      expect(a === b).toBe(same);
      expect(a).toMatch(/^[0-9a-f]{32}$/);
    }),
  );
});

it('does not confuse where the name ends and the alert begins', () => {
  expect(deliveryKey('ab', Buffer.from('c'))).not.toBe(deliveryKey('a', Buffer.from('bc')));
});

it('is another one with a salt, and for each salt', () => {
  const raw = Buffer.from('{"id":"1"}');
  const keys = [undefined, 'a1', 'a2'].map((salt) => deliveryKey('slack', raw, salt));
  expect(new Set(keys).size).toBe(3);
  expect(deliveryKey('slack', raw, 'a1')).toBe(keys[1]);
});
