import { describe, expect, it } from 'vitest';
import type { AlertFacts } from '../alert/facts.ts';
import { compileMatcher } from './matcher.ts';

const ALL = { level: 0, ruleIds: undefined, group: undefined, eventLocation: undefined };
const FACTS: AlertFacts = { level: 7, ruleId: '5710', groups: ['sshd'], location: 'x', id: '1' };

describe('the matcher', () => {
  it('gives the positions of all that match, in the order given', () => {
    const matcher = compileMatcher([
      ALL,
      { ...ALL, level: 8 },
      { ...ALL, group: 'sshd' },
      { ...ALL, ruleIds: [1] },
      { ...ALL, level: 7, ruleIds: [5710], eventLocation: 'X' },
    ]);
    expect(matcher.match(FACTS)).toEqual([0, 2, 4]);
    expect(matcher.match({ ...FACTS, level: 8, groups: [] })).toEqual([0, 1, 4]);
    expect(matcher.match(FACTS)).toEqual([0, 2, 4]);
  });

  it('of no integrations matches nothing', () => {
    expect(compileMatcher([]).match(FACTS)).toEqual([]);
  });
});
