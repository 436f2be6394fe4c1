import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Alert } from '../alert/alert.ts';
import type { RoutedIntegration, Setup } from '../app/setup.ts';
import { createTransports } from '../app/transports.ts';
import { systemClock } from '../core/clock.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Paths } from '../core/paths.ts';
import { memoryCache, memoryQuota } from '../core/quota.ts';
import { Scrubber } from '../core/secret.ts';
import { CommandError, EXIT } from './exit.ts';
import { findIntegration } from './load.ts';
import { Redactor } from './redact.ts';

/**
 * An integration that can be sent to.
 * @throws CommandError where there is none of this id, or it could not send.
 */
export function findSender(setup: Setup, id: string): RoutedIntegration {
  const entry = findIntegration(setup, id);
  const { destination, unusable } = entry;
  if (destination !== undefined && unusable === undefined) return entry as RoutedIntegration;
  const reason = unusable?.reason ?? 'nothing delivers to it';
  throw new CommandError(`'${id}' cannot send: ${reason}`, EXIT.wrongInput);
}

/** Sends an alert to an integration now, outside the outbox, as the daemon would. Its answer has no secrets. */
export function sendNow(
  entry: RoutedIntegration,
  raw: Buffer,
  setup: Setup,
  paths: Paths,
): Promise<Outcome> {
  return withState(paths, async (state) => {
    const transports = createTransports({ ...paths, state }, systemClock, {
      scriptHosts: 0,
      environment: () => setup.scriptEnvironment,
    });
    const scrubber = new Scrubber(setup.secrets);
    const outcome = await sendOnce(entry, raw, transports, scrubber);
    await transports.close();
    const redactor = new Redactor(setup.secrets, false);
    const clean = (text: string | undefined) => text && redactor.text(text);
    const { message, excerpt, output } = outcome;
    return { ...outcome, message: clean(message), excerpt: clean(excerpt), output: clean(output) };
  });
}

/**
 * Lends a state directory for what a script needs. Where there is none yet, a temporary one: the
 * daemon's must be its user's, and who calls this may be another.
 */
async function withState<T>(paths: Paths, work: (state: string) => Promise<T>): Promise<T> {
  if (existsSync(paths.state)) return work(paths.state);
  const state = mkdtempSync(join(tmpdir(), 'integratord-send-'));
  try {
    return await work(state);
  } finally {
    rmSync(state, { recursive: true, force: true });
  }
}

/** A test must not be taken for a repeat of an earlier one: its key is new every time. */
async function sendOnce(
  { integration, destination }: RoutedIntegration,
  raw: Buffer,
  transports: ReturnType<typeof createTransports>,
  scrubber: Scrubber,
): Promise<Outcome> {
  const job = {
    alert: new Alert(raw),
    integration,
    key: randomUUID().replaceAll('-', ''),
    attempts: 0,
  };
  const interrupt = new AbortController();
  process.once('SIGINT', () => interrupt.abort());
  const http = transports.http.forLane('send', 1);
  const outcome = await destination.deliver(job, {
    ...transports,
    http,
    cache: memoryCache(systemClock),
    quota: memoryQuota(systemClock),
    clock: systemClock,
    scrubber,
    signal: interrupt.signal,
  });
  await http.close();
  return outcome;
}
