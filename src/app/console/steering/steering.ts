import { readFileSync, type Stats, statSync } from 'node:fs';
import { alertOf } from '../../../alert/large-alert.ts';
import type { RoutingData, SampleAlert, Steering } from '../../../console/steering/data.ts';
import { Runs } from '../../../console/steering/runs.ts';
import type { Clock } from '../../../core/clock.ts';
import type { Paths } from '../../../core/paths.ts';
import type { Setup } from '../../setup.ts';
import {
  quietSentences,
  routedIntegrationsOf,
  routingChanges,
  settingsOf,
} from './routing-data.ts';

const PROGRAM = new URL('./trial-process.js', import.meta.url);
/** The alerts that come with the program. */
const SAMPLES = new URL('../../../../examples/alerts.jsonl', import.meta.url);

export interface SteeringParts {
  readonly paths: Paths;
  /** The configuration in force, and the one before it. */
  readonly setup: () => Setup;
  readonly setupBefore: () => Setup | undefined;
  readonly inForceSince: () => number;
  readonly clock: Clock;
}

/** What the console shows of the configuration, and what tries another one. */
export function createSteering(parts: SteeringParts, program: URL = PROGRAM): Steering {
  const { paths, setup, setupBefore, inForceSince, clock } = parts;
  const { home, config, alerts, settings } = paths;
  const args = [home, config, alerts, ...(settings === undefined ? [] : [settings])];
  let samples: readonly SampleAlert[] | undefined;
  // With hundreds of integrations it takes a while to put them into words.
  const known = new WeakMap<Setup, Pick<RoutingData, 'integrations' | 'quiet' | 'changes'>>();
  const inWords = (present: Setup) => {
    let words = known.get(present);
    if (words === undefined) {
      const [now, before] = [clock.now(), setupBefore()];
      words = {
        integrations: routedIntegrationsOf(present, now),
        quiet: quietSentences(present),
        changes: before === undefined ? undefined : routingChanges(before, present, now),
      };
      known.set(present, words);
    }
    return words;
  };
  return {
    routing() {
      return {
        ...inWords(setup()),
        inForceSince: inForceSince(),
        newer: [config, settings].flatMap((file) => {
          const at = file === undefined ? undefined : factsOf(file)?.mtimeMs;
          return file === undefined || at === undefined || at <= inForceSince()
            ? []
            : [{ file, at }];
        }),
      };
    },
    settingsOf: (id) => settingsOf(setup(), id),
    samples: () => (samples ??= readSamples()),
    settingsPath: settings,
    runs: new Runs({ program, args, stamp: () => stampOf([config, settings]), clock }),
  };
}

function factsOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    // It is gone, or not for us: a reload says so.
    return undefined;
  }
}

function stampOf(paths: readonly (string | undefined)[]): string {
  const facts = paths.map((path) => (path === undefined ? undefined : factsOf(path)));
  return facts.map((one) => `${one?.ino} ${one?.size} ${one?.mtimeMs}`).join();
}

function readSamples(): SampleAlert[] {
  const lines = readFileSync(SAMPLES, 'utf8').split('\n');
  return lines
    .filter((line) => line !== '')
    .map((json) => {
      const alert = alertOf(Buffer.from(json));
      const text = (...path: string[]) => alert.textAt(...path) ?? '';
      const description = text('rule', 'description');
      return { name: `level ${text('rule', 'level')}: ${description}`, json };
    });
}
