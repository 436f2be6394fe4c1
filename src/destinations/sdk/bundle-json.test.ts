import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aBundle } from '../../../test/support/bundles.ts';
import { anAlert } from '../../../test/support/jobs.ts';
import { stringify } from '../../alert/json.ts';
import { alertOf } from '../../alert/large-alert.ts';
import { bundleFacts, bundleGroups, examplesWithin, exampleWithin } from './bundle-json.ts';

const EXACT = '{"rule":{"level":3,"id":"1"}, "data":{"n":12345678901234567890,"f":1.0}}';

describe('the data of a bundle', () => {
  it('say what the text says', () => {
    const alert = { rule: { id: '5760', level: 5, description: 'failed' }, data: { u: 'a' } };
    const times = [Date.UTC(2026, 10, 24, 13), Date.UTC(2026, 10, 24, 14)];
    const bundle = aBundle([anAlert(alert), anAlert({ ...alert, data: { u: 'b' } })], {
      by: ['rule.id', 'agent.name'],
      vary: ['data.u'],
      times,
      about: 'hourly',
    });
    expect(JSON.parse(stringify({ ...bundleFacts(bundle), groups: bundleGroups(bundle) }))).toEqual(
      {
        id: 812,
        kind: 'digest',
        about: 'hourly',
        count: 2,
        first: '2026-11-24T13:00:00.000Z',
        last: '2026-11-24T14:00:00.000Z',
        highest_level: 5,
        by: ['rule.id', 'agent.name'],
        groups: [
          {
            count: 2,
            first: '2026-11-24T13:00:00.000Z',
            last: '2026-11-24T14:00:00.000Z',
            highest_level: 5,
            rule: { id: '5760', description: 'failed' },
            agent: {},
            key: [
              { field: 'rule.id', value: '5760' },
              { field: 'agent.name', value: null },
            ],
            varying: [{ field: 'data.u', values: ['a', 'b'], more: 0 }],
          },
        ],
      },
    );
  });
});

describe('an example', () => {
  it('is byte for byte the alert where there is room', () => {
    expect(exampleWithin(anAlert(Buffer.from(EXACT)), 1000)?.text).toBe(EXACT);
    expect(exampleWithin(anAlert(Buffer.from(EXACT)), EXACT.length)?.text).toBe(EXACT);
  });

  it('loses first the ends of its texts, and keeps its numbers', () => {
    const long = Buffer.from(
      EXACT.replace('}}', `},"full_log":"${'é"'.replace('"', '\\"').repeat(20_000)}"}`),
    );
    for (const alert of [anAlert(long), alertOf(long)]) {
      const text = exampleWithin(alert, 10_000)?.text ?? '';
      expect(text).toContain('12345678901234567890');
      expect(JSON.parse(text)).toMatchObject({ rule: { id: '1' }, full_log: expect.any(String) });
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(10_000);
    }
  });

  it('is no mark of a large alert, although it fits', () => {
    const large = alertOf(Buffer.from(`{"id":"7","full_log":"${'x'.repeat(20_000)}"}`));
    expect(large.isLarge).toBe(true);
    expect(JSON.parse(exampleWithin(large, 30_000)?.text ?? '')).toEqual({
      id: '7',
      full_log: 'x'.repeat(20_000),
    });
  });

  it('becomes a few facts when it has too many members, and nothing when there is no room', () => {
    const members = Object.fromEntries(Array.from({ length: 5000 }, (_, at) => [`m${at}`, at]));
    const alert = anAlert({ id: '9', ...members });
    expect(JSON.parse(exampleWithin(alert, 1000)?.text ?? '')).toMatchObject({ id: '9' });
    expect(exampleWithin(alert, 50)).toBeUndefined();
    expect(exampleWithin(alert, -1)).toBeUndefined();
  });
});

describe('examples', () => {
  it('never take more than their bytes, and each is JSON', () => {
    const alert = fc.record({ id: fc.string(), full_log: fc.string({ unit: 'binary' }) });
    fc.assert(
      fc.property(fc.array(alert, { maxLength: 5 }), fc.integer({ max: 3000 }), (alerts, bytes) => {
        const long = alerts.map((one) => anAlert({ ...one, full_log: one.full_log.repeat(50) }));
        const texts = examplesWithin(long, bytes).map(({ text }) => text);
        for (const text of texts) expect(JSON.parse(text)).toBeTypeOf('object');
        expect(Buffer.byteLength(texts.join(','))).toBeLessThanOrEqual(Math.max(0, bytes));
      }),
    );
  });

  it('share the room, so that a large one leaves some for the others', () => {
    const large = anAlert({ id: '1', full_log: 'x'.repeat(100_000) });
    const small = anAlert({ id: '2', full_log: 'y' });
    const texts = examplesWithin([large, small], 20_000).map(({ text }) => text);
    expect(texts.map((text) => (JSON.parse(text) as { id: string }).id)).toEqual(['1', '2']);
    expect(texts[1]).toBe(small.text);
  });
});
