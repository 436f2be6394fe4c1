import { Alert } from '../alert/alert.ts';
import { readAlert } from '../alert/formats/read-alert.ts';
import { type JsonDocument, type JsonObject, RawJson } from '../alert/json.ts';
import type { PreparedIntegration } from '../app/setup.ts';
import { deliveryKey } from '../core/delivery.ts';
import type { HttpRequest, Plan, ScriptCall } from '../core/destination.ts';
import { Secret } from '../core/secret.ts';
import { CommandError, EXIT } from './exit.ts';
import type { Redactor } from './redact.ts';

/**
 * What an integration would be sent for an alert, or why it would not be.
 * @param isCanary whether it is a test alert.
 * @throws CommandError when nothing delivers to it.
 */
export function previewOf(
  { integration, destination }: PreparedIntegration,
  bytes: Buffer,
  redactor: Redactor,
  isCanary = false,
): { readonly [key: string]: JsonDocument } {
  if (destination === undefined) {
    throw new CommandError(`nothing delivers to '${integration.id}' yet`, EXIT.wrongInput);
  }
  const read = readAlert(bytes);
  if (typeof read === 'string' && read !== 'no rule in it') {
    return { requests: [], skipped: null, error: read };
  }
  const raw = typeof read === 'string' ? bytes : read.raw;
  const alert = new Alert(raw);
  const skipped = destination.skip?.(alert, integration);
  if (skipped !== undefined) return { requests: [], skipped };
  const key = deliveryKey(integration.id, raw);
  const job = { alert, integration, key, attempts: 0, isCanary };
  return planDocument(destination.plan(job), redactor);
}

function planDocument(plan: Plan, redactor: Redactor): { readonly [key: string]: JsonDocument } {
  if (plan.kind === 'script') return { script: scriptDocument(plan.call, redactor), skipped: null };
  const requests = plan.requests.map((request) => requestDocument(request, redactor));
  return { requests, skipped: null };
}

function requestDocument(request: HttpRequest, redactor: Redactor): JsonDocument {
  const headers: JsonObject = {};
  for (const [name, value] of Object.entries(request.headers)) {
    headers[name] = value instanceof Secret ? redactor.secret(value) : redactor.text(value);
  }
  const body = request.body === undefined ? {} : { body: bodyDocument(request.body, redactor) };
  return { method: request.method, url: redactor.url(request.url), headers, ...body };
}

/** JSON stays JSON, to the last digit; anything else is shown as a string. */
function bodyDocument(body: string, redactor: Redactor): JsonDocument {
  const text = redactor.jsonText(body);
  try {
    JSON.parse(text);
    return new RawJson(text);
  } catch {
    return text;
  }
}

function scriptDocument(call: ScriptCall, redactor: Redactor): JsonDocument {
  return {
    path: call.path,
    argv: call.argv.map((argument) => redactor.text(argument)),
    alertFile: call.alertFile.toString('utf8'),
    optionsFile: call.optionsFile === undefined ? null : redactor.optionsText(call.optionsFile),
  };
}
