import { hostname } from 'node:os';

/** The level of what we say ourselves: it is news, and no attack. */
export const NOTICE_LEVEL = 3;

/**
 * A message of our own in the shape of an alert, so that every destination can deliver it: that a
 * storm began, what a silence held back.
 * @param now in milliseconds since 1970.
 * @returns the bytes of its line.
 */
export function noticeAlert(sentence: string, now: number): { raw: Buffer; alertId: string } {
  const alertId = `integratord-${now}`;
  const alert = {
    timestamp: new Date(now).toISOString().replace('Z', '+0000'),
    rule: {
      level: NOTICE_LEVEL,
      description: sentence,
      id: 'integratord',
      firedtimes: 1,
      mail: false,
      groups: ['integratord'],
    },
    agent: { id: '000', name: hostname() },
    manager: { name: hostname() },
    id: alertId,
    full_log: sentence,
    decoder: { name: 'integratord' },
    location: 'integratord',
  };
  return { raw: Buffer.from(JSON.stringify(alert)), alertId };
}
