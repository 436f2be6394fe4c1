import type { Command } from 'commander';
import { Alert } from '../alert/alert.ts';
import { type ReadAlert, readAlert } from '../alert/formats/read-alert.ts';
import type { PreparedIntegration } from '../app/setup.ts';
import { FilterStage } from '../routing/filter-stage.ts';
import type { Refusal } from '../routing/stage.ts';
import { actAsDaemon } from './act-as.ts';
import { invocation } from './common-options.ts';
import { EXIT } from './exit.ts';
import { readRecords } from './lines.ts';
import { loadSetup } from './load.ts';
import { print, printable, printJson } from './output.ts';

/** `integratord match`: which integrations would fire. */
export function addMatch(program: Command): void {
  program
    .command('match')
    .description('show which integrations would fire for each alert')
    .argument('[file]', 'alerts, one per line (default: standard input)')
    .option('--why', 'also say which filter keeps each of the others from firing')
    .action(async (file: string | undefined, own: { why?: boolean }, command: Command) => {
      const invoked = invocation(command);
      const { paths, json } = invoked;
      const { files, input } = actAsDaemon(invoked, file);
      const entries = loadSetup(paths, { files }).integrations;
      const filter = new FilterStage(entries.map(({ integration }) => integration));
      let unreadable = 0;
      for await (const { line, bytes } of readRecords(input)) {
        const read = readAlert(bytes);
        if (typeof read === 'string') {
          unreadable += 1;
          if (json) await printJson({ line, id: null, integrations: [], error: read });
          else await print(`line ${line}: ${read}\n`);
          continue;
        }
        const { facts, old } = read;
        const matching = filter
          .matching(facts, old)
          .map((position) => entries[position]?.integration.id ?? '');
        const refusals = own.why === true ? refusalsOf(filter, read, entries) : undefined;
        if (json) {
          const refused = refusals && { refused: Object.fromEntries(refusals) };
          await printJson({ line, id: facts.id ?? null, integrations: matching, ...refused });
        } else {
          const names = matching.length === 0 ? 'none' : matching.join(', ');
          await print(`line ${line} (alert ${printable(facts.id ?? 'without id')}): ${names}\n`);
          for (const [id, { verdict, why }] of refusals ?? []) {
            await print(`${printable(`  not ${id} (${verdict}): ${why}`)}\n`);
          }
        }
      }
      process.exitCode = EXIT.done;
      if (unreadable > 0 && !json) await print(`${unreadable} lines are not alerts\n`);
    });
}

function refusalsOf(
  filter: FilterStage,
  { facts, old, raw }: ReadAlert,
  entries: readonly PreparedIntegration[],
): [id: string, refusal: Refusal][] {
  const alert = { facts, old, alert: () => new Alert(raw) };
  return entries.flatMap(({ integration }) => {
    const refusal = filter.refuse(alert, { integration });
    return refusal === undefined ? [] : [[integration.id, refusal]];
  });
}
