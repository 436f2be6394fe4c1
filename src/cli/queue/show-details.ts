import type { Command } from 'commander';
import { stringify } from '../../alert/json.ts';
import { readSetup, type Setup } from '../../app/setup.ts';
import { CANARY } from '../../core/canary.ts';
import { systemClock } from '../../core/clock.ts';
import { AlertHistory } from '../../outbox/alert-history.ts';
import type { QueueDetail } from '../../outbox/queue.ts';
import { actAsDaemon } from '../act-as.ts';
import { invocation } from '../common-options.ts';
import { CommandError, EXIT } from '../exit.ts';
import { printJsonText } from '../output.ts';
import { printPaged } from '../pager.ts';
import { previewOf } from '../preview-document.ts';
import { type QueueAccess, withQueue } from '../queue-access.ts';
import { Redactor } from '../redact.ts';
import { outputStyle } from '../style.ts';
import { detailJson, detailText, type ShownDelivery } from './detail-text.ts';

/** Shows all that is known of a delivery, or of those of an alert. */
export async function showDetails(id: string, command: Command): Promise<void> {
  const invoked = invocation(command);
  const { files } = actAsDaemon(invoked);
  const setup = readSetup(invoked.paths, process.env, { files });
  await withQueue(command, async (access) => {
    const all = detailsOf(access, id).map((detail) => shownOf(detail, access, setup));
    if (access.json) for (const shown of all) await printJsonText(stringify(detailJson(shown)));
    else await printPaged(all.map(textOf).join('\n'));
  });
}

/** @throws CommandError where there is none. */
function detailsOf({ queue }: QueueAccess, id: string): QueueDetail[] {
  const isDelivery = /^\d{1,15}$/.test(id);
  const ids = isDelivery ? [Number(id)] : queue.ofAlert(id);
  const details = ids.map((one) => queue.show(one)).filter((one) => one !== undefined);
  if (details.length > 0) return details;
  const what = isDelivery ? `delivery ${id}` : `delivery of an alert ${JSON.stringify(id)}`;
  throw new CommandError(`there is no ${what} (\`queue list\` shows them)`, EXIT.wrongInput);
}

function shownOf(detail: QueueDetail, { database }: QueueAccess, setup: Setup): ShownDelivery {
  const deliveries = new AlertHistory(database).deliveries([detail.alertRow], systemClock.now());
  const delivery = deliveries.find(({ id }) => id === detail.id);
  return { detail, delivery, request: requestOf(detail, setup) };
}

function requestOf(detail: QueueDetail, setup: Setup): ShownDelivery['request'] {
  if (setup.fatal) return 'the configuration cannot be read';
  if (detail.bundle !== undefined) return 'it is sent with others, in one message';
  const { integration: id, raw, verdict } = detail;
  const entry = setup.integrations.find(({ integration }) => integration.id === id);
  if (entry?.destination === undefined) return `the configuration has no ${id} that could send it`;
  const redactor = new Redactor(setup.secrets, false);
  return previewOf(entry, Buffer.from(raw), redactor, verdict === CANARY);
}

function textOf(shown: ShownDelivery): string {
  const { request } = shown;
  const json =
    typeof request === 'string' ? '' : JSON.stringify(JSON.parse(stringify(request)), null, 2);
  return detailText(shown, json, outputStyle());
}
