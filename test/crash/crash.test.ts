import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { openOutboxDatabase } from '../../src/outbox/state-directory.ts';
import { Dice } from './dice.ts';
import { FAULTS } from './faulty-service.ts';
import { coveredBy, World } from './world.ts';

const ROUNDS = Number(process.env['CRASH_ROUNDS'] ?? 50);
const SEED = Number(process.env['CRASH_SEED'] ?? Math.floor(Math.random() * 2 ** 32));
/** So often there is good weather, so that the backlog stays within bounds. */
const CALM_EVERY = 10;
/** Deliveries that may be in flight at a kill, and so may come twice. */
const IN_FLIGHT = { slack: 1, pagerduty: 2, shuffle: 4, 'custom-log': 1 } as const;

it(
  `loses nothing in ${ROUNDS} rounds of faults and kills (CRASH_SEED=${SEED})`,
  async () => {
    const world = new World(new Dice(SEED));
    await world.open();
    for (let round = 1; round <= ROUNDS; round += 1) {
      await world.round();
      if (round % CALM_EVERY === 0) await world.calm();
    }
    await world.calm();
    const stats = await world.stats();
    await world.stop();

    const figures: Record<string, unknown>[] = [];
    for (const [name, service] of Object.entries(world.services)) {
      const accepted = [...service.seen.values()].map((seen) => seen.accepted);
      const lost = world.written - accepted.filter((count) => count > 0).length;
      const twice = accepted.filter((count) => count > 1).length;
      const received = [...service.seen.values()].reduce((sum, seen) => sum + seen.received, 0);
      figures.push({ integration: name, written: world.written, received, lost, twice });
      expect(lost, `${name} lost`).toBe(0);
      expect(twice, `${name} twice`).toBeLessThanOrEqual(
        world.kills * IN_FLIGHT[name as keyof typeof IN_FLIGHT],
      );
      expect(stats[name]).toMatchObject({ pending: 0, parked: 0, dead: 0 });
    }
    for (const [name, service] of Object.entries(world.grouped)) {
      const covered = coveredBy(service);
      const messages = service.messages.size;
      figures.push({ integration: name, written: world.written, messages, covered });
      expect(covered, `${name} covered`).toBe(world.written);
      expect(messages, `${name} messages`).toBeLessThan(world.written);
      expect(stats[name]).toMatchObject({ pending: 0, parked: 0, dead: 0, held: 0 });
    }
    const scriptRuns = readFileSync(world.scriptLog, 'utf8').split('\n').slice(0, -1).map(Number);
    const scriptLost = [...world.forScript].filter((number) => !scriptRuns.includes(number)).length;
    const scriptTwice = scriptRuns.length - new Set(scriptRuns).size;
    figures.push({
      integration: 'custom-log',
      written: world.forScript.size,
      received: scriptRuns.length,
      lost: scriptLost,
      twice: scriptTwice,
    });
    expect(scriptLost).toBe(0);
    expect(scriptTwice).toBeLessThanOrEqual(world.kills * IN_FLIGHT['custom-log']);

    const database = openOutboxDatabase(world.state);
    expect(database.all('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
    database.close();
    await world.close();

    const faults = FAULTS.map((fault) => ({
      fault,
      attempts: Object.values(world.services).reduce(
        (sum, service) => sum + (service.met.get(fault) ?? 0),
        0,
      ),
    }));
    process.stdout.write(
      `${JSON.stringify({ rounds: ROUNDS, seed: SEED, kills: world.kills, behind: world.behind, figures, faults }, null, 1)}\n`,
    );
  },
  6 * 3_600_000,
);
