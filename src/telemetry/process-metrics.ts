import { createRequire } from 'node:module';
import type * as Prometheus from 'prom-client';

const require = createRequire(import.meta.url);

/** How often the delay of the event loop is measured, in milliseconds: each time costs a wake-up. */
const LOOP_DELAY_EVERY_MS = 100;

/** Sums of what has other metrics by type, under names that say they were counters. */
const MISNAMED = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];

/** The numbers of the process: CPU, memory, event loop, collections. */
export class ProcessMetrics {
  #library: typeof Prometheus | undefined;
  #registry: Prometheus.Registry | undefined;

  /** Loads the library, unless that has been done. */
  load(): typeof Prometheus {
    this.#library ??= require('prom-client') as typeof Prometheus;
    return this.#library;
  }

  /** In Prometheus' text format. They are measured from the first time on. */
  async text(): Promise<string> {
    this.#registry ??= this.#begin();
    return await this.#registry.metrics();
  }

  #begin(): Prometheus.Registry {
    const library = this.load();
    const register = new library.Registry();
    const eventLoopMonitoringPrecision = LOOP_DELAY_EVERY_MS;
    library.collectDefaultMetrics({ register, eventLoopMonitoringPrecision });
    for (const name of MISNAMED) register.removeSingleMetric(name);
    return register;
  }
}
