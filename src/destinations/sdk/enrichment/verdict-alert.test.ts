import { describe, expect, it } from 'vitest';
import { builtin } from '../../../../test/support/builtin.ts';
import { anAlert } from '../../../../test/support/jobs.ts';
import type { JsonObject } from '../../../alert/json.ts';

const SOURCE = anAlert({ id: '1.2', agent: { id: '001' } });

/** The rule, the level and whether it is malicious: what follows from an event. */
function judge(message: JsonObject) {
  const event = { location: 'x', message };
  const verdict =
    builtin('virustotal').verdict?.(SOURCE, event) ??
    builtin('maltiverse').verdict?.(SOURCE, event);
  if (verdict === undefined) return undefined;
  const { rule, location } = JSON.parse(verdict.line) as JsonObject;
  const { id, description, level } = rule as JsonObject;
  expect(level).toBe(verdict.level);
  return { id, description, level, isMalicious: verdict.isMalicious, location };
}

const file = { source: { file: '/tmp/x' } };
const virusTotal = (content: JsonObject) => judge({ virustotal: { ...file, ...content } });
const maltiverse = (indicator: JsonObject) => judge({ threat: { indicator } });

describe('the verdict of VirusTotal', () => {
  it('is rule 87105 for a malicious file', () => {
    expect(virusTotal({ found: 1, malicious: 1, positives: 7 })).toEqual({
      id: '87105',
      description: 'VirusTotal: Alert - /tmp/x - 7 engines detected this file',
      level: 12,
      isMalicious: true,
      location: 'virustotal',
    });
  });

  it('is rule 87104 for a harmless one', () => {
    expect(virusTotal({ found: 1, malicious: 0 })).toEqual({
      id: '87104',
      description: 'VirusTotal: Alert - /tmp/x - No positives found',
      level: 3,
      isMalicious: false,
      location: 'virustotal',
    });
  });

  it('is rule 87103 for one that is not known', () => {
    expect(virusTotal({ found: 0, malicious: 0 })).toEqual({
      id: '87103',
      description: 'VirusTotal: Alert - No records in VirusTotal database (/tmp/x)',
      level: 3,
      isMalicious: false,
      location: 'virustotal',
    });
  });

  it('leaves out of its text what is none', () => {
    const nothing = judge({ virustotal: { found: 1, malicious: 0, source: { file: {} } } });
    expect(nothing?.description).toBe('VirusTotal: Alert -  - No positives found');
  });
});

describe('the verdict of Maltiverse', () => {
  it.each(['Low', 'Medium', 'High'])('is rule 99702 with confidence %s', (confidence) => {
    expect(maltiverse({ name: '8.8.8.8', confidence })).toEqual({
      id: '99702',
      description: `Maltiverse: 8.8.8.8 is known, with confidence: ${confidence}`,
      level: 12,
      isMalicious: true,
      location: 'maltiverse',
    });
  });

  it('takes a number for a name', () => {
    expect(maltiverse({ name: 7 })?.description).toContain('Maltiverse: 7 is known');
  });

  it('is rule 99700 without', () => {
    expect(maltiverse({ name: '8.8.8.8' })).toEqual({
      id: '99700',
      description: 'Maltiverse: 8.8.8.8 is known, with confidence: none',
      level: 3,
      isMalicious: false,
      location: 'maltiverse',
    });
  });
});

describe('an alert that says a verdict', () => {
  const verdict = (source: JsonObject) =>
    builtin('virustotal').verdict?.(anAlert(source), {
      location: 'x',
      message: { virustotal: { found: 0 } },
    });

  it('keeps the id of the alert that was asked about, or has 0', () => {
    expect(verdict({ id: '1.2' })?.id).toBe('1.2');
    expect(verdict({})?.id).toBe('0');
  });

  it('is none for an event that is no verdict', () => {
    expect(judge({ virustotal: { error: 204 } })).toBeUndefined();
    expect(judge({ integration: 'x' })).toBeUndefined();
  });
});
