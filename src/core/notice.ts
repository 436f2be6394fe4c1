import { hostname } from 'node:os';
import { printable } from './printable.ts';

/** The level of what we say ourselves: it is news, and no attack. */
export const NOTICE_LEVEL = 3;

/** Their ids begin with it, and end with a time. */
const NOTICE_ID = 'integratord-';

/** Whether it is the id of a message of our own. */
export function isNoticeId(id: string): boolean {
  return id.startsWith(NOTICE_ID) && /^\d+$/.test(id.slice(NOTICE_ID.length));
}

/**
 * A message of our own in the shape of an alert, so that every destination can deliver it: that a
 * storm began, what a silence held back.
 * @param sentence its unsafe characters are shown as escapes: a part of it may be someone's text.
 * @param now in milliseconds since 1970.
 * @returns the bytes of its line.
 */
export function noticeAlert(sentence: string, now: number): { raw: Buffer; alertId: string } {
  const alertId = `${NOTICE_ID}${now}`;
  const text = printable(sentence);
  const alert = {
    timestamp: new Date(now).toISOString().replace('Z', '+0000'),
    rule: {
      level: NOTICE_LEVEL,
      description: text,
      id: 'integratord',
      firedtimes: 1,
      mail: false,
      groups: ['integratord'],
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
