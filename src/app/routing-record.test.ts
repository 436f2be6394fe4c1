import { describe, expect, it } from 'vitest';
import { anIntegration } from '../../test/support/jobs.ts';
import { readConditions, type WrittenConditions } from '../conditions/read.ts';
import type { Integration } from '../core/integration.ts';
import { Secret } from '../core/secret.ts';
import { readRoutingRecord, routingRecord } from './routing-record.ts';

const HOOK = 'https://hooks.test/services/T0/B0/very-secret-key';

function entry(changes: Partial<Integration> = {}, written: WrittenConditions = {}) {
  const integration = anIntegration({ id: 'slack', hookUrl: new Secret(HOOK), ...changes });
  return { integration, conditions: readConditions(written).conditions };
}

describe('the record of what decides about alerts', () => {
  it('is read as the filters and conditions that were written', () => {
    const filters = {
      level: 7,
      ruleIds: [5710, 5712],
      group: 'sshd|^web,$',
      eventLocation: '!auth',
      isEarly: true,
      settings: { groupDialect: 'sregex' as const, locationDialect: 'full' as const },
    };
    const written = {
      only: { level: '7-11', fields: { 'data.srcip': { not_in: ['10.0.0.0/8'] } } },
      except: [{ rules: [5710], until: '2030-01-01', why: 'noise' }],
      when: 'rule.firedtimes < 100',
    };
    const text = routingRecord({ integrations: [entry(filters, written)], secrets: [HOOK] });
    const [slack] = readRoutingRecord(text) ?? [];
    expect(slack).toMatchObject({ id: 'slack', name: 'test', filters });
    expect(slack?.conditions?.written).toEqual(written);
  });

  it('says nothing where nothing is set', () => {
    const [slack] =
      readRoutingRecord(routingRecord({ integrations: [entry()], secrets: [] })) ?? [];
    expect(slack?.filters).toMatchObject({ level: 0, ruleIds: undefined, group: undefined });
    expect(slack?.conditions).toBeUndefined();
  });

  it('holds no address, no key and no option, and no secret in a filter or a condition', () => {
    const changes = {
      apiKey: new Secret('an-api-key'),
      optionsText: new Secret('{"token":"an-option"}'),
      options: { token: 'an-option' },
      group: 'an-api-key',
      ruleIds: [123_456_789],
    };
    const written = {
      only: { fields: { 'data.very-secret-key': 'an-option', 'data.short': 'abc' } },
      when: 'data.key == "an-api-key"',
    };
    const secrets = [HOOK, 'an-api-key', 'an-option', 'very-secret-key', 'abc', '123456789'];
    const text = routingRecord({ integrations: [entry(changes, written)], secrets });
    for (const secret of secrets) expect(text).not.toContain(secret);
    expect(text).not.toContain('hooks.test');
    expect(readRoutingRecord(text)).toHaveLength(1);
  });

  it('is not understood when it is of another version, or no record', () => {
    for (const text of ['', 'x', '[]', '{"version":2,"integrations":[]}', '{"version":1}']) {
      expect(readRoutingRecord(text)).toBeUndefined();
    }
  });
});
