import { serve } from '../../console/reader/serve.ts';
import { systemClock } from '../../core/clock.ts';
import { Database } from '../../outbox/database.ts';
import { readerJobs } from './reader-jobs.ts';

/** What reads the outbox for the console: started with its file, and the alert file. */
const [outbox = '', alerts = ''] = process.argv.slice(2);
if (process.send !== undefined) {
  const database = Database.open(outbox, { readOnly: true, busyTimeoutMs: 500 });
  serve(readerJobs(database, alerts, systemClock));
}
