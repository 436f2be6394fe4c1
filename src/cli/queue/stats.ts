import type { Command } from 'commander';
import { DELIVERY_STATES } from '../../core/delivery.ts';
import type { LaneBacklog } from '../../core/outbox.ts';
import { isoTime, print, printJson, table } from '../output.ts';
import { withQueue } from '../queue-access.ts';

/** `integratord queue stats`: how many deliveries there are, by integration and state. */
export function addStats(queue: Command): void {
  queue
    .command('stats')
    .description('count deliveries by integration and state')
    .action(async (_own: unknown, command: Command) => {
      await withQueue(command, async ({ queue: outbox, json, statistics }) => {
        const stats = outbox.stats();
        if (json) {
          await printJson(stats);
          return;
        }
        const head = ['INTEGRATION', ...DELIVERY_STATES.map((state) => state.toUpperCase())];
        const rows = Object.entries(stats).map(([integration, counts]) => [
          integration,
          ...DELIVERY_STATES.map((state) => String(counts[state])),
        ]);
        const { read, matched, skipped, unreadable } = statistics.counts();
        await print(
          `${table([head, ...rows])}\nsince the outbox was created: ${read} alerts read, ` +
            `${matched} matched, ${skipped} skipped, ${unreadable} unreadable\n`,
        );
        for (const backlog of statistics.backlog()) await print(behindText(backlog));
      });
    });
}

/** What is to be said of an integration that has used up, or once used up, its share of the outbox. */
function behindText({ integration, behindSince, losses, lostBytes }: LaneBacklog): string {
  const behind =
    behindSince === undefined
      ? ''
      : `${integration} has used up its share of the outbox (${isoTime(behindSince)}): more waits for it ` +
        'in the alert file and its archives\n';
  const lost =
    losses === 0
      ? ''
      : `${integration} LOST alerts that were no longer there ${losses === 1 ? 'once' : `${losses} times`}` +
        `${lostBytes > 0 ? `, at least ${lostBytes} bytes of the alert file` : ''}\n`;
  return behind + lost;
}
