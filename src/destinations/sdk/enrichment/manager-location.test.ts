import { describe, expect, it } from 'vitest';
import { anAlert } from '../../../../test/support/jobs.ts';
import type { JsonValue } from '../../../alert/json.ts';
import { managerLocation } from './manager-location.ts';

function location(agent?: JsonValue): string {
  return managerLocation(anAlert(agent === undefined ? {} : { agent }), 'virustotal');
}

describe('managerLocation', () => {
  it.each([
    [{ id: '001', name: 'web01', ip: '10.0.0.21' }, '[001] (web01) 10.0.0.21->virustotal'],
    [{ id: '007', name: 'noip' }, '[007] (noip) any->virustotal'],
    [{ id: '042', name: 'a|b:c', ip: 'fe80::1' }, '[042] (a||b|:c) fe80|:|:1->virustotal'],
    [{ id: '100', name: 'größe', ip: 'any' }, '[100] (größe) any->virustotal'],
  ])('speaks on behalf of %j', (agent, expected) => {
    expect(location(agent)).toBe(expected);
  });

  it.each([
    [undefined],
    [null],
    ['web01'],
    [{}],
    [{ id: '000', name: 'mgr' }],
    [{ id: '000', name: 'mgr', ip: '10.0.0.1' }],
    [{ id: '001' }],
    [{ id: '', name: 'x' }],
    [{ id: '001', name: '' }],
    [{ id: '001', name: 'a\nb' }],
    [{ id: '001', name: 'x'.repeat(2000) }],
  ])('speaks as the manager itself for %j', (agent) => {
    expect(location(agent)).toBe('virustotal');
  });
});
