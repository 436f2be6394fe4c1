import { expect, it } from 'vitest';
import type { JsonObject } from '../alert/json.ts';
import { Viewing } from './viewing.ts';

const VIEWER = { name: 'eve', role: 'viewer' } as const;

function shown(json: JsonObject, said: string) {
  const viewing = new Viewing((text) => text, ['data.hidden']);
  const alert = { json, integrations: [] } as unknown as Parameters<Viewing['alert']>[0];
  const { json: text, show } = viewing.alert(alert, VIEWER);
  return { text, said: show(said) };
}

it('what was said of an alert shows no hidden text, and the rest', () => {
  const hidden = ['hunter22', 'swordfish'];
  expect(shown({ data: { hidden, user: 'root' } }, 'hunter22 for root').said).toBe(
    '[redacted] for root',
  );
});

it('an alert whose hidden texts all begin alike costs no time: then nothing of it is shown', () => {
  const hidden = Array.from({ length: 9000 }, (_, at) => `aaaa${at}`);
  const before = performance.now();
  const { text, said } = shown({ data: { hidden }, full_log: 'a'.repeat(100_000) }, 'aaaa17');
  expect(performance.now() - before).toBeLessThan(500);
  expect([text, said]).toEqual(['[redacted]', '[redacted]']);
});
