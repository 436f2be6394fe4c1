import { hostname } from 'node:os';
import { printable } from './printable.ts';

/** The level of what we say ourselves: it is news, and no attack. */
export const NOTICE_LEVEL = 3;

/** Their ids begin with it, and end with a time. */
const NOTICE_ID = 'integratord-';

/** What stands before the time in the id of a test alert. */
const CANARY_ID = 'canary-';

/** The rule of test alerts. */
export const CANARY_RULE = 'integratord-canary';

/** Whether it is the id of a message of our own, or of a test alert. */
export function isNoticeId(id: string): boolean {
  return id.startsWith(NOTICE_ID) && /^(?:canary-)?\d+(?:\.\d+)?$/.test(id.slice(NOTICE_ID.length));
}

/**
 * A message of our own in the shape of an alert, so that every destination can deliver it: that a
 * storm began, what a silence held back.
 * @param sentence its unsafe characters are shown as escapes: a part of it may be someone's text.
 * @param now in milliseconds since 1970.
 * @returns the bytes of its line.
 */
export function noticeAlert(sentence: string, now: number): { raw: Buffer; alertId: string } {
  return ownAlert(sentence, now, {
    alertId: `${NOTICE_ID}${now}`,
    rule: 'integratord',
    groups: ['integratord'],
  });
}

/**
 * A test alert, which says of itself that it is one.
 * @param lane makes its id another one than that of other lanes.
 * @returns the bytes of its line.
 */
export function canaryAlert(
  integration: string,
  lane: number,
  now: number,
): { raw: Buffer; alertId: string } {
  const sentence =
    `TEST of integratord: the way to ${integration} works. ` +
    'Nothing has happened, and there is nothing to do.';
  return ownAlert(sentence, now, {
    alertId: `${NOTICE_ID}${CANARY_ID}${now}.${lane}`,
    rule: CANARY_RULE,
    groups: ['integratord', 'integratord_canary', 'test'],
  });
}

function ownAlert(
  sentence: string,
  now: number,
  { alertId, rule, groups }: { alertId: string; rule: string; groups: readonly string[] },
): { raw: Buffer; alertId: string } {
  const text = printable(sentence);
  const alert = {
    timestamp: new Date(now).toISOString().replace('Z', '+0000'),
    rule: {
      level: NOTICE_LEVEL,
      description: text,
      id: rule,
      firedtimes: 1,
      mail: false,
      groups,
    },
    agent: { id: '000', name: hostname() },
    manager: { name: hostname() },
    id: alertId,
    full_log: text,
    decoder: { name: 'integratord' },
    location: 'integratord',
  };
  return { raw: Buffer.from(JSON.stringify(alert)), alertId };
}
