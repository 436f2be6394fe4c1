import type { Command } from 'commander';
import { askDaemon } from '../control/client.ts';
import { invocation } from './common-options.ts';
import { noAnswer, placeToAsk, type SocketOption, socketOf, socketOption } from './daemon-place.ts';
import { print } from './output.ts';

/** Whoever scrapes does not wait longer. */
const PATIENCE_MS = 5000;

/** `integratord metrics`: the numbers of the daemon, as Prometheus reads them. */
export function addMetrics(program: Command): void {
  program
    .command('metrics')
    .description("print the daemon's metrics, as Prometheus reads them")
    .addOption(socketOption())
    .action(async (own: SocketOption, command: Command) => {
      const place = placeToAsk(own, invocation(command));
      const result = await askDaemon(socketOf(place), 'GET', '/metrics', PATIENCE_MS);
      if (result.kind !== 'answered' || result.status !== 200) throw noAnswer(place, result);
      await print(result.body);
    });
}
