import { LargeAlert, piecesOf } from '../alert/large-alert.ts';
import { validJson } from '../alert/valid-json.ts';
import type { LeasedDelivery } from '../core/delivery.ts';
import { deliveryKey } from '../core/delivery.ts';
import type {
  DeliveryContext,
  Destination,
  HttpClient,
  HttpRequest,
  Job,
  ScriptCall,
  ScriptRunner,
} from '../core/destination.ts';
import type { Integration } from '../core/integration.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Spool, SpooledFile } from '../core/spool.ts';
import { bundleOf } from './bundle-of.ts';
import type { GatePass, LargeGate } from './large-gate.ts';

/** What attempts with large alerts share. */
export interface LargeParts {
  readonly gate: LargeGate;
  readonly spool: Spool;
}

/** What an attempt needs of its lane. */
interface AttemptParts {
  readonly integration: Integration;
  readonly destination: Destination;
  readonly large: LargeParts;
}

const NOTHING = Buffer.alloc(0);

/**
 * Makes an attempt with an alert that stays in the outbox: it comes into memory when the gate lets it,
 * and only until its message is in a file, from which it is sent.
 */
export async function attemptLarge(
  lane: number,
  delivery: LeasedDelivery,
  { integration, destination, large: { gate, spool } }: AttemptParts,
  context: DeliveryContext,
): Promise<Outcome> {
  const { stored = { length: 0, read: () => NOTHING } } = delivery;
  const pass = await gate.enter(lane, stored.length, context.signal);
  if (pass === undefined) return { kind: 'retry', reason: 'internal', message: 'It was stopped.' };
  try {
    const alert = new LargeAlert(stored);
    return await destination.deliver(jobOf(alert, delivery, integration), {
      ...context,
      http: spoolingHttp(context.http, alert, spool, pass),
      scripts: spoolingScripts(context.scripts, alert, spool, pass),
    });
  } finally {
    pass.end();
  }
}

/** Apart, so that nothing keeps the alert's bytes while an attempt waits. */
function jobOf(
  alert: LargeAlert,
  { attempts, bundle, salt }: LeasedDelivery,
  integration: Integration,
): Job {
  if (bundle === undefined) {
    const key = deliveryKey(integration.id, alert.raw, salt);
    return { alert, integration, key, attempts };
  }
  return { alert, integration, key: bundle.key, attempts, bundle: bundleOf(bundle) };
}

/** Puts the alert into a message on the disk. Nothing here waits while it is in memory. */
function spoolingHttp(
  http: HttpClient,
  alert: LargeAlert,
  spool: Spool,
  pass: GatePass,
): HttpClient {
  return {
    send(request, limits) {
      const pieces = piecesOf(request.body ?? '');
      const file = pieces.length === 1 ? undefined : spool.write(bytesOf(pieces, alert));
      alert.forget();
      pass.leaveMemory();
      if (file === undefined) return http.send(request, limits);
      return whileItExists(file, http.send(fromFile(request, file), limits));
    },
  };
}

function fromFile(request: HttpRequest, bodyFile: SpooledFile): HttpRequest {
  const { body: _, ...others } = request;
  return { ...others, bodyFile };
}

function* bytesOf(
  pieces: ReturnType<typeof piecesOf>,
  alert: LargeAlert,
): Generator<Buffer | string> {
  const { raw } = alert;
  for (const piece of pieces) {
    if (typeof piece === 'string') yield piece;
    else yield* validJson(raw.subarray(piece.start, piece.end));
  }
}

function spoolingScripts(
  scripts: ScriptRunner,
  alert: LargeAlert,
  spool: Spool,
  pass: GatePass,
): ScriptRunner {
  return {
    run(call, limits) {
      const file = spool.write([call.alertFile, call.alertFileEnd ?? '']);
      alert.forget();
      pass.leaveMemory();
      return whileItExists(file, scripts.run(withFile(call, file), limits));
    },
  };
}

function withFile(call: ScriptCall, { path, bytes }: SpooledFile): ScriptCall {
  return { ...call, alertFile: NOTHING, alertAt: { path, bytes } };
}

async function whileItExists<T>(file: SpooledFile, use: Promise<T>): Promise<T> {
  try {
    return await use;
  } finally {
    file.remove();
  }
}
