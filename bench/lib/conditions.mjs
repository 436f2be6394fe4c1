// Settings with conditions, as text of integratord.yaml: JSON is YAML as well.
import { TYPICAL } from './integrations.mjs';

/** The agents of alertLines have ids below this one. */
const AGENTS = 900;

/** What each of the TYPICAL integrations may have besides its filters. */
export const TYPICAL_CONDITIONS = settingsOf(TYPICAL, () => ({
  only: { agents: ['web*', 'bastion', 'BANK*', 'wazuh-*', '10.0.0.0/8', '0*', '1*', '2*', '3*'] },
  except: [
    { rules: [5710, '60100-60105'], agents: 'lab-*', why: 'test machines' },
    { fields: { 'data.srcip': '192.0.2.0/24' } },
  ],
  when: 'rule.firedtimes < 5000 || rule.level >= 12',
}));

/** The filters of TYPICAL as conditions of integrations that take everything. */
export const FILTERS_AS_CONDITIONS = settingsOf(TYPICAL, (i) => {
  return [
    { only: { level: '>= 10' } },
    { when: 'rule.level >= 12 && rule.id != "5710"' },
    { only: { groups: ['ransomware', 'exploit_attempt'] } },
    { only: { rules: [100_200, 100_201, 100_202] }, except: [{ agents: 'lab-*' }] },
  ][i];
});

/** So many with the filters of TYPICAL, each for some of the agents: a team has its own machines. */
export function teams(count) {
  const integrations = Array.from({ length: count }, (_, i) => TYPICAL[i % TYPICAL.length]);
  const perKind = Math.ceil(count / TYPICAL.length);
  const settings = settingsOf(integrations, (i) => {
    const team = Math.floor(i / TYPICAL.length);
    const its = Array.from({ length: AGENTS }, (_, id) => id).filter((id) => id % perKind === team);
    return {
      only: { agents: its.map((id) => String(id).padStart(3, '0')) },
      except: [
        { rules: [5710, 60_122], agents: 'lab-*' },
        { fields: { 'data.srcip': '192.0.2.7' } },
      ],
      when: 'rule.firedtimes < 5000 || data.srcip.inCidr("203.0.113.0/24")',
    };
  });
  return { integrations, settings };
}

/** @param conditionsOf what stands below the id of an integration, by its position. */
function settingsOf(integrations, conditionsOf) {
  const seen = new Map();
  const entries = integrations.map(({ name }, i) => {
    const number = (seen.get(name) ?? 0) + 1;
    seen.set(name, number);
    return [number === 1 ? name : `${name}#${number}`, conditionsOf(i)];
  });
  return JSON.stringify({ integrations: Object.fromEntries(entries) });
}
