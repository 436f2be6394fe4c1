import { parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '../../core/clock.ts';
import { Database } from '../../outbox/database.ts';
import { type Change, change } from './changes.ts';

/** What the thread is started with: the file of the outbox, and what is to be done by whom. */
export interface WriterData {
  readonly outbox: string;
  readonly what: Change;
  readonly who: string;
}

const { outbox, what, who } = workerData as WriterData;
const database = Database.open(outbox);
try {
  parentPort?.postMessage(await change(database, what, who, systemClock));
} catch (error) {
  parentPort?.postMessage({ ok: false, text: (error as Error).message });
} finally {
  database.close();
}
