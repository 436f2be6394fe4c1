import type {
  ExampleAlert,
  IntegrationResult,
  QuotaUse,
  SimulationResult,
} from '../../simulation/result.ts';
import { isoTime } from '../output.ts';

/** What `simulate --json` prints. */
export function resultJson(result: SimulationResult) {
  const { alerts, unreadable, passes, integrations, unreached } = result;
  return {
    alerts,
    from: isoTime(result.from),
    to: isoTime(result.to),
    integrations: Object.fromEntries(integrations.map((one) => [one.id, integrationJson(one)])),
    unreached: unreached.some.map(({ id }) => id ?? null),
    newly_sent: result.newlySent.some.map(exampleJson),
    no_longer_sent: result.noLongerSent.some.map(exampleJson),
    unreached_count: unreached.count,
    newly_sent_count: result.newlySent.count,
    no_longer_sent_count: result.noLongerSent.count,
    unreadable,
    passes,
  };
}

function integrationJson(one: IntegrationResult) {
  const { before, after, verdicts, rateLimit, rules, agents, keys } = one;
  return {
    before,
    after,
    verdicts,
    peak_per_minute: one.peakPerMinute,
    rate_limit: rateLimit && {
      messages: rateLimit.count,
      seconds: rateLimit.seconds,
      burst: rateLimit.burst,
    },
    delay_seconds_max: Math.round(one.longestDelay / 100) / 10,
    quota: one.quota === undefined ? null : quotaJson(one.quota),
    newly_sent: one.newlySent,
    no_longer_sent: one.noLongerSent,
    rules: rules.map(({ name, description, count }) => ({
      rule: name,
      description: description ?? null,
      count,
    })),
    agents: agents.map(({ name, count }) => ({ agent: name, count })),
    keys: keys.map(({ name, count }) => ({ key: JSON.parse(name) as unknown, count })),
  };
}

function quotaJson({ lookups, perMinute, perDay, mostInADay, daysAbove }: QuotaUse) {
  return {
    lookups,
    per_minute: perMinute,
    per_day: perDay ?? null,
    most_in_a_day: mostInADay,
    days_above: daysAbove,
  };
}

function exampleJson({ id, time, level, rule, agent, description, integration }: ExampleAlert) {
  return {
    id: id ?? null,
    time: isoTime(time),
    level,
    rule: rule ?? null,
    agent: agent ?? null,
    description: description ?? null,
    integration,
  };
}
