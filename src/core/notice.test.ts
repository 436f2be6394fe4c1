import { expect, it } from 'vitest';
import { isNoticeId, noticeAlert } from './notice.ts';

it('is one line that no text of an operator can turn around or colour', () => {
  const { raw } = noticeAlert('held back: night (\u001b[31mred\u0007 \u202egnp)', 5);
  const text = 'held back: night (\\x1b[31mred\\x07 \\u202egnp)';
  expect(JSON.parse(raw.toString())).toMatchObject({ rule: { description: text }, full_log: text });
});

it('has an id that tells it from an alert of the manager', () => {
  const { alertId } = noticeAlert('a', 1795997338539);
  expect(alertId).toBe('integratord-1795997338539');
  expect(
    ['integratord-1', '1787224951.1060002', 'integratord-', 'integratord-x'].map(isNoticeId),
  ).toEqual([true, false, false, false]);
});
