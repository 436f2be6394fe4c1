import { inspect } from 'node:util';
import * as fc from 'fast-check';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { REDACTED, Scrubber, Secret } from './secret.ts';

const KEY = 'T0PSECRET-k3y';

describe('a secret', () => {
  const secret = new Secret(KEY);
  // What the compiler would refuse, but JavaScript would do.
  const text = secret as unknown as string;

  it('gives its value only on request', () => {
    expect(secret.reveal()).toBe(KEY);
  });

  it.each<[string, () => string]>([
    ['String()', () => String(secret)],
    ['a template', () => `key: ${text}`],
    ['join', () => [secret, secret].join()],
    ['JSON', () => JSON.stringify({ secret, list: [secret] })],
    ['inspect', () => inspect({ secret })],
    ['inspect without custom functions', () => inspect(secret, { customInspect: false })],
    [
      'inspect with everything',
      () => inspect(secret, { showHidden: true, depth: 9, getters: true }),
    ],
    ['an error', () => new Error(`failed with ${text}`).message],
    ['keys and values', () => JSON.stringify([Object.entries(secret), Object.assign({}, secret)])],
    ['a structured clone', () => inspect(structuredClone({ secret }))],
    [
      'pino',
      () => {
        const lines: string[] = [];
        const log = pino({}, { write: (line: string) => lines.push(line) });
        log.info(
          { secret, nested: { deep: [secret] } },
          'used %s and %o and %j',
          secret,
          secret,
          secret,
        );
        return lines.join('');
      },
    ],
  ])('does not show through %s', (_name, show) => {
    const shown = show();
    expect(shown.length).toBeGreaterThan(0);
    expect(shown).not.toContain(KEY);
  });
});

describe('the scrubber', () => {
  const URL = 'https://user:hunter2hunter2@hooks.slack.com/services/T000/B000/aBcD?token=xyz&a=b/c';
  const scrub = (secrets: string[], text: string) => new Scrubber(secrets).scrub(text);

  it('removes a secret wherever it stands, and leaves the rest', () => {
    expect(scrub([KEY], `${KEY}: key=${KEY}, ${KEY}${KEY}.`)).toBe(
      `${REDACTED}: key=${REDACTED}, ${REDACTED}${REDACTED}.`,
    );
    expect(scrub([KEY], 'nothing here')).toBe('nothing here');
    expect(scrub([], KEY)).toBe(KEY);
    expect(scrub([KEY], '')).toBe('');
  });

  it('leaves secrets alone that are too short to be told from words', () => {
    expect(scrub(['key', ''], 'the key')).toBe('the key');
    expect(scrub(['keys'], 'the keys')).toBe(`the ${REDACTED}`);
  });

  it('takes no character of a secret for a pattern', () => {
    expect(scrub(['a.c$&'], 'abc$& a.c$&')).toBe(`abc$& ${REDACTED}`);
  });

  const odd = 'a/b c"d\\e+é&=';
  it.each<[string, string, string]>([
    ['percent-encoded', encodeURIComponent(odd), REDACTED],
    [
      'percent-encoded in lower case',
      encodeURIComponent(odd).replace(/%../g, (c) => c.toLowerCase()),
      REDACTED,
    ],
    ['in JSON', JSON.stringify(odd), `"${REDACTED}"`],
    ['in JSON with escaped slashes', JSON.stringify(odd).replaceAll('/', '\\/'), `"${REDACTED}"`],
    ['in JSON in JSON', JSON.stringify(JSON.stringify(odd)), `"\\"${REDACTED}\\""`],
    ['without the white space around it', odd, REDACTED],
  ])('finds a secret %s', (_name, written, expected) => {
    expect(scrub([` ${odd}\n`], `<<${written}>>`)).toBe(`<<${expected}>>`);
  });

  it.each<[string, string]>([
    ['the whole address', URL],
    ['path and query', '/services/T000/B000/aBcD?token=xyz&a=b/c'],
    ['the path', '/services/T000/B000/aBcD'],
    ['the query', '?token=xyz&a=b/c'],
    ['the password', 'hunter2hunter2'],
  ])('finds of a webhook: %s', (_name, part) => {
    expect(scrub([URL], `POST ${part} failed`)).toBe(`POST ${REDACTED} failed`);
    expect(scrub([`  ${URL}\n`], `POST ${part} failed`)).toBe(`POST ${REDACTED} failed`);
  });

  it('lets host names and short paths be seen', () => {
    const text = 'GET https://hooks.slack.com/ /v2 failed';
    expect(scrub([URL, 'https://example.org/v2'], text)).toBe(text);
  });

  it('accepts what only looks like an address, and text that is not well-formed', () => {
    expect(scrub(['https://[bad', 'ab\ud800cd'], 'see https://[bad and ab\ud800cd')).toBe(
      `see ${REDACTED} and ${REDACTED}`,
    );
  });

  it('lets nothing show of secrets that overlap or hold one another', () => {
    expect(scrub(['abcdef', 'defghi'], 'xabcdefghiy')).toBe(`x${REDACTED}y`);
    expect(scrub(['abcdef', 'bcde'], 'abcdef bcde')).toBe(`${REDACTED} ${REDACTED}`);
    expect(scrub(['bcde', 'abcdef'], 'abcdef bcde')).toBe(`${REDACTED} ${REDACTED}`);
  });

  it('is not confused by a secret that is part of its own mark', () => {
    expect(scrub(['redacted', KEY], `${KEY} redacted`)).toBe(`${REDACTED} ${REDACTED}`);
  });

  it('keeps what it learned before', () => {
    const scrubber = new Scrubber(['first-key']);
    scrubber.learn(['second-key']);
    scrubber.learn([]);
    expect(scrubber.scrub('first-key second-key')).toBe(`${REDACTED} ${REDACTED}`);
  });

  it('leaves no secret in any text', () => {
    // Letters that the mark does not hold, so that it cannot complete a secret.
    const letters = fc.stringMatching(/^[x-z]{4,6}$/);
    fc.assert(
      fc.property(
        fc.array(letters, { minLength: 1, maxLength: 4 }),
        fc.stringMatching(/^[x-z ]{0,60}$/),
        (secrets, text) => {
          const clean = scrub(secrets, text);
          for (const secret of secrets) expect(clean).not.toContain(secret);
          // What is left is what stood there, in its order.
          const rest = clean.split(REDACTED);
          let from = 0;
          for (const piece of rest) {
            const at = text.indexOf(piece, from);
            expect(at).toBeGreaterThanOrEqual(from);
            from = at + piece.length;
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('finds the same however many secrets there are', () => {
    const letters = fc.stringMatching(/^[xyz]{4,8}$/);
    const fillers = Array.from({ length: 60 }, (_, i) => `filler-${i}`);
    fc.assert(
      fc.property(
        fc.array(letters, { minLength: 1, maxLength: 4 }),
        fc.stringMatching(/^[x-z ]{0,60}$/),
        (secrets, text) => {
          expect(scrub([...fillers, ...secrets], text)).toBe(scrub(secrets, text));
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('works through large texts in one go', () => {
    const secrets = Array.from({ length: 100 }, (_, i) => `secret-number-${i}-of-a-hundred`);
    const scrubber = new Scrubber(secrets);
    const clean = scrubber.scrub(`${'x'.repeat(64)}${secrets[7]} `.repeat(20_000));
    expect(clean).toHaveLength((64 + REDACTED.length + 1) * 20_000);
    // A text made of beginnings of a secret, and a secret that repeats itself.
    expect(scrubber.scrub('secret-number-'.repeat(50_000))).toHaveLength(14 * 50_000);
    expect(new Scrubber(['aaaaaaaa']).scrub('a'.repeat(400_000))).not.toContain('a'.repeat(8));
  });
});
