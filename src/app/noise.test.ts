import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createHome } from '../../test/support/home.ts';
import { noiseOf } from './noise.ts';
import { readSetup } from './setup.ts';

const START = Date.UTC(2026, 7, 20, 11);

/** An alert of rule 5712, so many seconds after the start. */
function alert(seconds: number, source: string, rule = '5712'): string {
  const at = new Date(START + seconds * 1000).toISOString().replace('Z', '+0000');
  return JSON.stringify({
    timestamp: at,
    rule: { level: 10, description: 'x', id: rule },
    agent: { id: '001', name: 'web01' },
    data: { srcip: source },
    id: `${START / 1000 + seconds}.${seconds}`,
  });
}

async function noise(settings: string, lines: readonly string[]) {
  const home = createHome('');
  try {
    home.configure('');
    const path = `${home.path}/etc/integratord.yaml`;
    writeFileSync(path, settings);
    const setup = readSetup({ ...home, home: home.path, settings: path }, {});
    let passes = 0;
    const read = async function* () {
      passes += 1;
      yield { bytes: Buffer.from(`${lines.join('\n')}\n`) };
    };
    return { ...(await noiseOf(setup, settings, read, START)), passes };
  } finally {
    home.remove();
  }
}

const flow = (id: string, more = '') =>
  `  ${id}: { type: shuffle, hook_url: "http://127.0.0.1:9/x", level: 3${more} }\n`;

describe('noise', () => {
  // A minute of one source, then one of another, each second; twice an hour apart.
  const lines = [0, 3600].flatMap((from) => [
    ...Array.from({ length: 60 }, (_, at) => alert(from + at, '192.0.2.1')),
    ...Array.from({ length: 60 }, (_, at) => alert(from + 60 + at, '192.0.2.2')),
  ]);

  it('tells what each throttle would leave', async () => {
    const { integrations, alerts, passes } = await noise(`integrations:\n${flow('a')}`, lines);
    expect({ alerts, passes }).toEqual({ alerts: 240, passes: 1 });
    const [a] = integrations;
    expect(a?.after).toBe(240);
    const saved = a?.savings.map(({ same, every, messages }) => [same.length, every, messages]);
    // The first of each key at once, and one message for its repeats, each time.
    expect(saved).toEqual([
      [3, '15m', 8],
      [3, '1h', 6],
      [2, '15m', 4],
      [2, '1h', 3],
      [1, '15m', 4],
      [1, '1h', 3],
    ]);
  });

  it('compares with what is throttled already, and counts nothing twice', async () => {
    const throttled = flow('a', ', throttle: { same: [rule.id], every: 15m }');
    const { integrations } = await noise(`integrations:\n${throttled}${flow('b')}`, lines);
    expect(integrations.map(({ id, after }) => [id, after])).toEqual([
      ['b', 240],
      ['a', 4],
    ]);
    expect(integrations[0]?.rules).toEqual([{ name: '5712', count: 240, description: 'x' }]);
    // There is too little to save anything.
    expect(integrations[1]?.savings).toEqual([]);
  });

  it('tries none where each alert must be looked up by itself', async () => {
    const settings =
      'integrations:\n  vt: { type: virustotal, api_key: 0123456789abcdef0123456789abcdef }\n';
    const syscheck = lines.map((line) =>
      line.replace('"id":"5712"', '"id":"5712","groups":["syscheck"]'),
    );
    const { integrations } = await noise(settings, syscheck);
    expect(integrations.map(({ savings }) => savings)).toEqual([[]]);
  });

  it('tries those that are busy, where there are many', async () => {
    const many = Array.from({ length: 14 }, (_, at) => flow(`f${at}`, `, rule_id: ${5712 + at}`));
    const { integrations, passes } = await noise(`integrations:\n${many.join('')}`, lines);
    expect(passes).toBe(2);
    expect(integrations).toHaveLength(14);
    expect(integrations[0]?.id).toBe('f0');
    expect(integrations[0]?.savings).toHaveLength(6);
  });
});
