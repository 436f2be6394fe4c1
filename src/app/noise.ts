import { readDuration } from '../core/durations.ts';
import { NO_RULES } from '../grouping/rules.ts';
import type { Records } from '../simulation/in-order.ts';
import type { Noise } from '../simulation/noise.ts';
import type { IntegrationResult } from '../simulation/result.ts';
import type { SimulatedIntegration } from '../simulation/track.ts';
import {
  simulateAll,
  simulatedIntegration,
  type Tried,
  type TriedIntegration,
  triedIntegrations,
} from './simulation.ts';
import { throttlePlace } from './throttle-place.ts';

/** The throttles that are tried: from the one that hides least. */
const KEYS = [['rule.id', 'agent.id', 'data.srcip'], ['rule.id', 'agent.id'], ['rule.id']] as const;
const PERIODS = ['15m', '1h'] as const;
/** Only for so many integrations, those with the most messages: each throttle is a lane of its own. */
const MOST_TRIED = 12;
/** With fewer messages there is no noise. */
const LEAST_MESSAGES = 10;

/**
 * What of a configuration makes the most messages, and how many each of a few throttles would have left.
 * @param settings the text of its settings file.
 * @param read reads the history from its beginning, once or twice.
 * @param now in milliseconds since 1970.
 */
export async function noiseOf(
  setup: Tried,
  settings: string,
  read: () => AsyncIterable<Records>,
  now: number,
): Promise<Noise> {
  const all = triedIntegrations(setup);
  const usual = all.map((entry) => simulatedIntegration(entry));
  const run = (integrations: readonly SimulatedIntegration[]) =>
    simulateAll({ integrations, quiet: setup.quiet }, undefined, read, now);
  let tried = all;
  if (all.length > MOST_TRIED) {
    const busiest = busiestFirst((await run(usual)).integrations).slice(0, MOST_TRIED);
    tried = all.filter(({ integration }) => busiest.some(({ id }) => id === integration.id));
  }
  const variants = tried.filter(mayBundle).flatMap(variantsOf);
  const result = await run([...usual, ...variants.map(({ simulated }) => simulated)]);
  const messages = new Map(result.integrations.map(({ id, after }) => [id, after]));
  const { alerts, from, to, unreadable } = result;
  const found = result.integrations.filter(({ id }) =>
    all.some((one) => one.integration.id === id),
  );
  return {
    alerts,
    from,
    to,
    unreadable,
    integrations: busiestFirst(found).map((one) => {
      const its = one.after < LEAST_MESSAGES ? [] : variants.filter(({ id }) => id === one.id);
      const savings = its.map(({ name, same, every }) => {
        return { same, every, messages: messages.get(name) ?? one.after };
      });
      return { ...one, savings, place: throttlePlace(settings, one.id) };
    }),
  };
}

function variantsOf(entry: TriedIntegration) {
  const { id } = entry.integration;
  return KEYS.flatMap((same) =>
    PERIODS.map((every) => {
      const ms = readDuration(every) ?? 0;
      const throttle = { same, every: ms, upTo: ms };
      const grouping = { ...(entry.grouping ?? NO_RULES), throttle };
      // No id of an integration has such a character.
      const name = `${id}\u0000${same.join()}\u0000${every}`;
      return {
        id,
        name,
        same,
        every,
        simulated: simulatedIntegration({ ...entry, grouping }, name),
      };
    }),
  );
}

/** Enrichments look up each alert by itself. */
function mayBundle({ destination }: TriedIntegration): boolean {
  return destination.enriches !== true;
}

function busiestFirst(results: readonly IntegrationResult[]): IntegrationResult[] {
  return results.toSorted((a, b) => b.after - a.after);
}
