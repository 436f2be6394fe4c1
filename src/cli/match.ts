import type { Command } from 'commander';
import { readAlert } from '../alert/formats/read-alert.ts';
import { compileMatcher } from '../filters/matcher.ts';
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
    .action(async (file: string | undefined, _own: unknown, command: Command) => {
      const { paths, json } = invocation(command);
      const { integrations } = loadSetup(paths);
      const matcher = compileMatcher(integrations.map((entry) => entry.integration));
      const ids = integrations.map((entry) => entry.integration.id);
      let unreadable = 0;
      for await (const { line, bytes } of readRecords(file)) {
        const read = readAlert(bytes);
        if (typeof read === 'string') {
          unreadable += 1;
          if (json) await printJson({ line, id: null, integrations: [], error: read });
          else await print(`line ${line}: ${read}\n`);
          continue;
        }
        const { facts, old } = read;
        const matching = matcher.match(facts, old).map((position) => ids[position] as string);
        if (json) await printJson({ line, id: facts.id ?? null, integrations: matching });
        else {
          const names = matching.length === 0 ? 'none' : matching.join(', ');
          await print(`line ${line} (alert ${printable(facts.id ?? 'without id')}): ${names}\n`);
        }
      }
      process.exitCode = EXIT.done;
      if (unreadable > 0 && !json) await print(`${unreadable} lines are not alerts\n`);
    });
}
