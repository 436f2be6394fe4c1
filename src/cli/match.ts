import type { Command } from 'commander';
import { readAlert } from '../alert/formats/read-alert.ts';
import type { PreparedIntegration } from '../app/setup.ts';
import { systemClock } from '../core/clock.ts';
import { ConditionStage } from '../routing/condition-stage.ts';
import { FilterStage } from '../routing/filter-stage.ts';
import { routedAlert } from '../routing/router.ts';
import type { Refusal, RoutedAlert } from '../routing/stage.ts';
import { actAsDaemon } from './act-as.ts';
import { readAlertDocuments } from './alert-documents.ts';
import { invocation } from './common-options.ts';
import { EXIT } from './exit.ts';
import { loadSetup } from './load.ts';
import { print, printable, printJson } from './output.ts';

/** `integratord match`: which integrations would fire. */
export function addMatch(program: Command): void {
  program
    .command('match')
    .description('show which integrations would fire for each alert')
    .argument('[file]', 'alerts, one per line or as JSON documents (default: standard input)')
    .option('--why', 'also say which filter keeps each of the others from firing')
    .action(async (file: string | undefined, own: { why?: boolean }, command: Command) => {
      const invoked = invocation(command);
      const { paths, json } = invoked;
      const { files, input } = actAsDaemon(invoked, file);
      const entries = loadSetup(paths, { files }).integrations;
      const filter = new FilterStage(entries.map(({ integration }) => integration));
      const conditions = new ConditionStage(systemClock);
      let unreadable = 0;
      for await (const { line, bytes } of readAlertDocuments(input)) {
        const read = readAlert(bytes);
        if (typeof read === 'string') {
          unreadable += 1;
          if (json) await printJson({ line, id: null, integrations: [], error: read });
          else await print(`line ${line}: ${read}\n`);
          continue;
        }
        const { facts, old } = read;
        const alert = routedAlert(read);
        const matching = filter
          .matching(facts, old)
          .flatMap((position) => entries[position] ?? [])
          .filter((entry) => conditions.refuse(alert, entry) === undefined)
          .map(({ integration }) => integration.id);
        const refusals =
          own.why === true ? refusalsOf([filter, conditions], alert, entries) : undefined;
        if (json) {
          const refused = refusals && { refused: Object.fromEntries(refusals) };
          await printJson({ line, id: facts.id ?? null, integrations: matching, ...refused });
        } else {
          const names = matching.length === 0 ? 'none' : matching.join(', ');
          await print(`line ${line} (alert ${printable(facts.id ?? 'without id')}): ${names}\n`);
          for (const [id, { verdict, by = verdict, why }] of refusals ?? []) {
            await print(`${printable(`  not ${id} (${by}): ${why}`)}\n`);
          }
        }
      }
      process.exitCode = EXIT.done;
      if (unreadable > 0 && !json) await print(`${unreadable} lines are not alerts\n`);
    });
}

function refusalsOf(
  stages: readonly [FilterStage, ConditionStage],
  alert: RoutedAlert,
  entries: readonly PreparedIntegration[],
): [id: string, refusal: Refusal][] {
  const [filter, conditions] = stages;
  return entries.flatMap((entry) => {
    const refusal = filter.refuse(alert, entry) ?? conditions.refuse(alert, entry);
    return refusal === undefined ? [] : [[entry.integration.id, refusal]];
  });
}
