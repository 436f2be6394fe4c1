import type { Command } from 'commander';
import { asGroup } from '../command-group.ts';
import { addDrop } from './drop.ts';
import { addList } from './list.ts';
import { addRetry } from './retry.ts';
import { addShow } from './show.ts';
import { addStats } from './stats.ts';

/** `integratord queue …`: the deliveries in the outbox, also while the daemon runs. */
export function addQueue(program: Command): void {
  const queue = program
    .command('queue')
    .description('inspect and manage the deliveries in the outbox');
  addList(queue);
  addShow(queue);
  addStats(queue);
  addRetry(queue);
  addDrop(queue);
  asGroup(queue);
}
