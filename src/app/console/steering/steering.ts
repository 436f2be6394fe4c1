import { readFileSync, type Stats, statSync } from 'node:fs';
import { alertOf } from '../../../alert/large-alert.ts';
import type { SampleAlert, Steering } from '../../../console/steering/data.ts';
import { Runs } from '../../../console/steering/runs.ts';
import type { Clock } from '../../../core/clock.ts';
import type { Paths } from '../../../core/paths.ts';
import type { Setup } from '../../setup.ts';
import { quietSentences, routedIntegrationsOf, routingChanges } from './routing-data.ts';

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
  return {
    routing() {
      const [now, present, before] = [clock.now(), setup(), setupBefore()];
      return {
        integrations: routedIntegrationsOf(present, now),
        quiet: quietSentences(present),
        inForceSince: inForceSince(),
        changes: before === undefined ? undefined : routingChanges(before, present, now),
        newer: [config, settings].flatMap((file) => {
          const at = file === undefined ? undefined : factsOf(file)?.mtimeMs;
          return file === undefined || at === undefined || at <= inForceSince()
            ? []
            : [{ file, at }];
        }),
      };
    },
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
