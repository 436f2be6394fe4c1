import type { Command } from 'commander';
import { stringify } from '../alert/json.ts';
import { actAsDaemon } from './act-as.ts';
import { readAlertDocuments } from './alert-documents.ts';
import { invocation } from './common-options.ts';
import { EXIT } from './exit.ts';
import { findIntegration, loadSetup } from './load.ts';
import { printJsonText } from './output.ts';
import { previewOf } from './preview-document.ts';
import { Redactor } from './redact.ts';

/** `integratord preview`: what would be sent, without sending it. */
export function addPreview(program: Command): void {
  program
    .command('preview')
    .description('show what would be sent for each alert, without sending')
    .requiredOption('--integration <id>', 'the integration, as `check` names it')
    .option('--show-secrets', 'show keys and addresses instead of redacting them')
    .argument('[file]', 'alerts, one per line or as JSON documents (default: standard input)')
    .action(
      async (
        file: string | undefined,
        own: { integration: string; showSecrets?: boolean },
        command: Command,
      ) => {
        const invoked = invocation(command);
        const { paths, json, logLevel } = invoked;
        const { files, input } = actAsDaemon(invoked, file);
        const setup = loadSetup(paths, { files, debug: logLevel === 'debug' });
        const entry = findIntegration(setup, own.integration);
        const redactor = new Redactor(setup.secrets, own.showSecrets ?? false);
        for await (const { line, bytes } of readAlertDocuments(input)) {
          const shown = previewOf(entry, bytes, redactor);
          const document = { line, integration: entry.integration.id, ...shown };
          const text = stringify(document);
          await printJsonText(json ? text : JSON.stringify(JSON.parse(text), null, 2));
        }
        process.exitCode = EXIT.done;
      },
    );
}
