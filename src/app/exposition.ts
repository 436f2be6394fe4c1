import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { MetricsSettings } from '../core/settings.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { MetricsFile } from '../telemetry/metrics-file.ts';
import { MetricsServer } from '../telemetry/metrics-server.ts';

/** A way in which the metrics are given. */
interface Way {
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Gives the metrics in the ways that the settings name, and follows them when they change. */
export class Exposition {
  readonly #make: Readonly<Record<keyof MetricsSettings, (settings: MetricsSettings) => Way[]>>;
  #settings: MetricsSettings = { listen: undefined, file: undefined };
  readonly #ways = new Map<keyof MetricsSettings, readonly Way[]>();
  /** One change after the other: an address must be free before it is listened at again. */
  #changing: Promise<void> = Promise.resolve();

  constructor(metrics: Metrics, clock: Clock, log: Log) {
    const all = { text: () => metrics.text(), clock, log };
    const own = { ...all, text: () => metrics.text({ ownNamesOnly: true }) };
    this.#make = {
      listen: ({ listen }) => (listen === undefined ? [] : [new MetricsServer(listen, all)]),
      file: ({ file }) => (file === undefined ? [] : [new MetricsFile(file, own)]),
    };
  }

  /** Whether somebody may ask for them, over and over, and waits for the answer. */
  get isServed(): boolean {
    return this.#settings.listen !== undefined;
  }

  /** Makes it what the settings say. What is the same goes on. */
  use(next: MetricsSettings): void {
    this.#changing = this.#changing.then(() => this.#change(next));
  }

  /** Ends all ways. */
  async stop(): Promise<void> {
    this.use({ listen: undefined, file: undefined });
    await this.#changing;
  }

  async #change(next: MetricsSettings): Promise<void> {
    const before = this.#settings;
    this.#settings = next;
    for (const way of ['listen', 'file'] as const) {
      if (isDeepStrictEqual(before[way], next[way])) continue;
      await Promise.all((this.#ways.get(way) ?? []).map((one) => one.stop()));
      const begun = this.#make[way](next);
      this.#ways.set(way, begun);
      // Nobody waits for it: a file may be on a disk that hangs.
      for (const one of begun) void one.start();
    }
  }
}
