import { parentPort, workerData } from 'node:worker_threads';
import { serve } from '../../console/reader/serve.ts';
import { systemClock } from '../../core/clock.ts';
import { Database } from '../../outbox/database.ts';
import { readerJobs } from './reader-jobs.ts';

/** What the thread is started with. */
export interface ReaderData {
  /** The file of the outbox, and the alert file. */
  readonly outbox: string;
  readonly alerts: string;
}

const { outbox, alerts } = workerData as ReaderData;
if (parentPort !== null) {
  const database = Database.open(outbox, { readOnly: true, busyTimeoutMs: 500 });
  serve(parentPort, readerJobs(database, alerts, systemClock));
}
