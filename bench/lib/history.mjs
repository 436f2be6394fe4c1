// Alerts of several days, in the order of their times, as archives hold them.
import { readFileSync } from 'node:fs';
import { alertLines, dice } from './alerts.mjs';

const EXAMPLES = readFileSync(new URL('../../examples/alerts.jsonl', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '');
/** The moment of the first. */
const START = Date.UTC(2026, 7, 13);
const DAYS = 6;

/** Alerts of which a share concerns the TYPICAL integrations, 0 to 1. */
export function typicalHistory(count, share) {
  return inOrder(alertLines({ count, share }));
}

/** All alerts of examples/alerts.jsonl, in turn at random: of most, somebody gets something. */
export function exampleHistory(count) {
  const random = dice(7);
  return inOrder(
    Array.from({ length: count }, () => EXAMPLES[Math.floor(random() * EXAMPLES.length)]),
  );
}

function inOrder(lines) {
  const step = (DAYS * 86_400_000) / lines.length;
  const text = lines.map((line, at) => {
    const time = new Date(START + at * step).toISOString().replace('Z', '+0000');
    const id = `"id":"${Math.floor((START + at * step) / 1000)}.${at}"`;
    return `${line.replace(/"timestamp":"[^"]*"/, `"timestamp":"${time}"`).replace(/"id":"\d+\.\d+"/, id)}\n`;
  });
  return Buffer.from(text.join(''));
}
