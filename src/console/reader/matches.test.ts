import { describe, expect, it } from 'vitest';
import { filterOf, matcherOf } from './matches.ts';

describe('what is hidden', () => {
  const asked = { rule: '5710, 5712', agent: 'web-*', level: 7, text: 'root' };

  it.each<[hide: string[], filter: object]>([
    [[], { rules: ['5710', '5712'], agentBy: ['name', 'id'] }],
    [['data'], { rules: ['5710', '5712'], agentBy: ['name', 'id'] }],
    [['agent.name'], { rules: ['5710', '5712'], agentBy: ['id'] }],
    [['agent'], { rules: [] }],
    [['rule.id'], { rules: [] }],
    [['rule.level'], { rules: [] }],
    [['rule'], { rules: [] }],
  ])('where it is %j, is not looked for', (hide, filter) => {
    expect(filterOf({ ...asked, hide })).toMatchObject({ ...filter, holds: ['root'] });
  });

  it('keeps nobody from looking for something else', () => {
    expect(filterOf({ hide: ['rule', 'agent'] })).toMatchObject({ rules: undefined, holds: [] });
    expect(filterOf({ rule: '1', hide: ['agent'] })).toMatchObject({ rules: ['1'] });
  });

  it('is no place where a text is found', () => {
    const raw = Buffer.from('{"data":{"user":"root"},"full_log":"x"}');
    expect(matcherOf({ text: 'root', hide: ['data.user'] })?.(raw)).toBe(false);
    expect(matcherOf({ text: 'root', hide: ['full_log'] })?.(raw)).toBe(true);
    expect(matcherOf({ text: 'root', hide: [] })).toBeUndefined();
    expect(matcherOf({ rule: '1', hide: ['data'] })).toBeUndefined();
  });
});
