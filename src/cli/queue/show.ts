import { Argument, type Command } from 'commander';

/** `integratord queue show`: all that is known of a delivery, or of those of an alert. */
export function addShow(queue: Command): void {
  queue
    .command('show')
    .description('show a delivery with its attempts, what is sent for it, and its alert')
    .addArgument(new Argument('<id>', 'as `queue list` shows it: of a delivery, or of an alert'))
    .action(async (id: string, _own: unknown, command: Command) => {
      // What reads a configuration and makes requests takes longer to load than all else of the group.
      const { showDetails } = await import('./show-details.ts');
      await showDetails(id, command);
    });
}
