import { stringify } from '../alert/json.ts';

/** An alert for trying out an integration: plainly a test, and harmless wherever it arrives. */
export function sampleAlert(now: Date): Buffer {
  const seconds = Math.floor(now.getTime() / 1000);
  return Buffer.from(
    stringify({
      timestamp: now.toISOString().replace('Z', '+0000'),
      rule: {
        level: 3,
        description: 'Test alert from integratord. Nothing happened.',
        id: '100000',
        firedtimes: 1,
        mail: false,
        groups: ['integratord', 'test'],
      },
      agent: { id: '000', name: 'integratord' },
      manager: { name: 'integratord' },
      id: `${seconds}.0`,
      full_log: 'This is a test of the delivery of alerts. You can ignore it.',
      decoder: { name: 'json' },
      location: 'integratord send',
    }),
  );
}
