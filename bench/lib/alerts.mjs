// Realistic alerts: those of examples/alerts.jsonl, varied. The same seed gives the same alerts.
import { readFileSync } from 'node:fs';

/** Those that none of the typical integrations is to get. */
const EXAMPLES = readFileSync(new URL('../../examples/alerts.jsonl', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && JSON.parse(line).rule.level < 10)
  .sort((a, b) => a.length - b.length);

const SMALLEST = 500;
const LARGEST = 4096;

/** A small random generator (mulberry32): numbers in [0, 1). */
export function dice(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Lines of alerts.json, without newlines, as the manager writes them.
 * @param share of the alerts that the TYPICAL integrations are to get, 0 to 1.
 * @param bytes how long each line is to be, 520 at the least; when not given, 0.5 to 4 KB, most of
 *   them short.
 */
export function alertLines({ seed = 1, count, share = 0, bytes }) {
  const random = dice(seed);
  const examples = EXAMPLES.filter(
    (line, i) => bytes === undefined || line.length <= bytes || i === 0,
  );
  return Array.from({ length: count }, (_, number) => {
    const example = examples[Math.floor(random() * examples.length)];
    const wanted = bytes ?? SMALLEST + (LARGEST - SMALLEST) * random() ** 3;
    const line = varied(example, number, random);
    return lengthened(random() < share ? matching(line, random) : line, wanted, random);
  });
}

/** As one text, each line with its newline. */
export function alertText(options) {
  return Buffer.from(
    alertLines(options)
      .map((line) => `${line}\n`)
      .join(''),
  );
}

/** Another moment, another agent. */
function varied(line, number, random) {
  const pick = (below) => Math.floor(random() * below);
  return line
    .replace(/"firedtimes":\d+/, () => `"firedtimes":${1 + pick(2000)}`)
    .replace(
      /"id":"\d+\.\d+"/,
      () => `"id":"${1_787_224_000 + Math.floor(number / 500)}.${number}"`,
    )
    .replace(/"agent":\{"id":"\d+"/, () => `"agent":{"id":"${String(pick(900)).padStart(3, '0')}"`)
    .replace(/"srcip":"[^"]*"/, () => `"srcip":"203.0.113.${pick(256)}"`);
}

const WORDS = 'session opened for user root connection from port invalid password denied accepted '
  .concat('kernel process started module firewall policy request GET POST /index.php 404 ')
  .split(' ')
  .filter(Boolean);

/** Puts words into the text of the log, or of whatever else is told, until the line is long enough. */
function lengthened(line, wanted, random) {
  const missing = wanted - Buffer.byteLength(line);
  if (missing <= 0) return line;
  const member = ['"full_log":"', '"message":"', '"rationale":"'].find((name) =>
    line.includes(name),
  );
  const from = line.indexOf(member) + member.length;
  let words = '';
  while (words.length < missing) words += `${WORDS[Math.floor(random() * WORDS.length)]} `;
  return line.slice(0, from) + words.slice(0, missing) + line.slice(from);
}

/** Makes it concern one of the TYPICAL integrations, sometimes two. */
function matching(line, random) {
  const which = random();
  if (which < 0.4) return line.replace(/"level":\d+/, '"level":10');
  if (which < 0.5) return line.replace(/"level":\d+/, '"level":13');
  if (which < 0.8) return line.replace('"groups":["', '"groups":["ransomware","');
  return line.replace(/("description":"(?:[^"\\]|\\.)*","id":)"\d+"/, '$1"100201"');
}
