import { expect, it } from 'vitest';
import { Report } from '../config/report.ts';
import { parseYaml } from '../config/yaml-document.ts';
import { throttleLines } from '../console/pages/steering/throttle-lines.ts';
import { throttlePlace } from './throttle-place.ts';

const SAVING = { same: ['rule.id', 'agent.id'], every: '15m' };
const THROTTLE = { same: ['rule.id', 'agent.id'], every: '15m' };

/** What is suggested for an integration, and the settings once somebody has done as it says. */
function suggested(settings: string, id: string) {
  const { where, text } = throttleLines(id, SAVING, throttlePlace(settings, id));
  const lines = settings.split('\n');
  const line = Number(/line (\d+) of/.exec(where)?.[1]) - 1;
  const there = lines[line] ?? '';
  if (!where.includes('line')) lines.push(text);
  else if (where.includes('in the place')) {
    lines[line] = there.includes('{')
      ? there.replace(/ *throttle: (?:\{[^}]*\}|.*)/, text.trimEnd())
      : text.trimEnd();
    // What stood below it is a part of it.
    const indentOf = (one: string) => one.length - one.trimStart().length;
    const isBelow = (one = '') => indentOf(one) > indentOf(there);
    while (!there.includes('{') && isBelow(lines[line + 1])) lines.splice(line + 1, 1);
  } else if (where.includes('braces')) {
    const comma = there.includes('{}') ? '' : ', ';
    lines[line] = there.replace('{', `{ ${text.trimEnd()}${comma}`);
  } else lines.splice(line + 1, 0, text.trimEnd());
  const report = new Report('integratord.yaml', lines.join('\n'));
  const value = parseYaml(lines.join('\n'), report)?.value;
  expect(report.diagnostics()).toEqual([]);
  return { where, value: value as { integrations: Record<string, Record<string, unknown>> } };
}

it.each([
  ['', 'Add to integratord.yaml:'],
  ['metrics: { listen: 127.0.0.1:9781 }\n', 'Add to integratord.yaml:'],
  ['# none yet\nintegrations:\n', 'Add below integrations, line 2'],
  ['integrations:\n    flow: { level: 3 }\n', 'Add below integrations, line 1'],
  ['integrations: {}\n', 'Add inside the braces of integrations, line 1'],
  ['integrations: { flow: { level: 3 } }\n', 'Add inside the braces of integrations, line 1'],
  ['integrations:\n  slack#2:\n', 'Add below slack#2, line 2'],
  ['integrations:\n   "slack#2":\n       urgent: 12\n   b: {}\n', 'Add below slack#2, line 2'],
  ['integrations:\n  "slack#2": { urgent: 12 }\n', 'Add inside the braces of slack#2, line 2'],
  [
    'integrations:\n  "slack#2":\n    throttle: { same: rule.id, every: 5m }\n    urgent: 12\n',
    'This changes the throttle that slack#2 has. Put it in the place of that, line 3',
  ],
  [
    'integrations:\n  "slack#2":\n    urgent: 12\n    throttle:\n      same: rule.id\n      every: 5m\n',
    'This changes the throttle that slack#2 has. Put it in the place of that, line 4',
  ],
  [
    'integrations:\n  "slack#2": { throttle: { same: rule.id, every: 5m }, urgent: 12 }\n',
    'This changes the throttle that slack#2 has. Put it in the place of that, line 2',
  ],
])('says where a throttle goes, so that the file is right with it: %j', (settings, said) => {
  const { where, value } = suggested(settings, 'slack#2');
  expect(where).toContain(said);
  const { integrations } = value;
  expect(integrations['slack#2']?.['throttle']).toEqual(THROTTLE);
  // All else is as it was.
  expect(integrations['slack#2']?.['urgent']).toBe(settings.includes('urgent') ? 12 : undefined);
  expect(integrations['flow'] !== undefined).toBe(settings.includes('flow'));
});

it('has nothing to go by in a file that is no YAML', () => {
  expect(throttlePlace('integrations: {', 'slack').has).toBe('nothing');
});
