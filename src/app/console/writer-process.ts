import { yieldToLanes } from '../../console/reader/yield.ts';
import { systemClock } from '../../core/clock.ts';
import { Database } from '../../outbox/database.ts';
import { type Change, change } from './changes.ts';

/** What is to be done, and by whom. */
export interface Order {
  readonly what: Change;
  readonly who: string;
}

/** What changes the outbox for the console: started with its file, it does one thing and ends. */
const [outbox = ''] = process.argv.slice(2);
yieldToLanes();
process.once('message', ({ what, who }: Order) => {
  void work(what, who).then((result) => {
    process.send?.(result, () => process.disconnect());
  });
});

async function work(what: Change, who: string) {
  try {
    const database = Database.open(outbox);
    try {
      return await change(database, what, who, systemClock);
    } finally {
      database.close();
    }
  } catch (error) {
    return { ok: false, text: (error as Error).message };
  }
}
