import {
  type DatagramSender,
  type Destination,
  type Integration,
  type Job,
  NO_SETTINGS,
  type Outcome,
} from '../sdk/index.ts';

/** The name of the lane that sends events back to the manager. No block can have this name. */
export const MANAGER = '@manager';

const TIMEOUT_SECONDS = 5;

/** What the manager's `analysisd` reads at once, in bytes; the rest would be cut off and the event lost. */
const LARGEST_DATAGRAM = 65_535;

/** Delivers an event, which is stored as the datagram `1:<location>:<message>`. */
export interface EventSink {
  /** Delivers a datagram. Expected failures are outcomes. */
  deliver(datagram: Buffer, signal: AbortSignal): Promise<Outcome>;
}

/**
 * The destination of the manager's lane. One at a time: this keeps the order of events, and the
 * manager's short queue is not flooded.
 */
export function managerDestination(sink: EventSink): Destination {
  return {
    name: MANAGER,
    title: 'Wazuh manager',
    settings: NO_SETTINGS,
    concurrency: 1,
    plan: () => ({ kind: 'requests', requests: [] }),
    deliver: ({ alert }: Job, { signal }) => sink.deliver(alert.raw, signal),
  };
}

/** The settings of the manager's lane: retried soon, and for a month. */
export function managerIntegration(): Integration {
  return {
    id: MANAGER,
    name: MANAGER,
    hookUrl: undefined,
    apiKey: undefined,
    level: 0,
    ruleIds: undefined,
    group: undefined,
    eventLocation: undefined,
    maxLog: 165,
    alertFormat: 'json',
    options: undefined,
    optionsText: undefined,
    timeout: TIMEOUT_SECONDS,
    timeoutIsSet: true,
    retries: 3,
    retriesAreSet: true,
    settings: { retry: { firstSeconds: 1, longestSeconds: 30, giveUpHours: 24 * 30 } },
    source: { file: '', line: 1, column: 1 },
  };
}

/**
 * Sends events to the manager's queue, which its analysisd reads.
 * @param findSocket the socket's path; it differs between versions and may appear late.
 */
export function socketSink(datagrams: DatagramSender, findSocket: () => string): EventSink {
  return {
    async deliver(datagram, signal) {
      if (datagram.length > LARGEST_DATAGRAM) {
        const message = `the event has ${datagram.length} bytes; the manager reads at most ${LARGEST_DATAGRAM}`;
        return { kind: 'reject', reason: 'rejected', message };
      }
      const limits = { timeoutMs: TIMEOUT_SECONDS * 1000, signal };
      const result = await datagrams.send(findSocket(), datagram, limits);
      if (result.ok) return { kind: 'delivered' };
      const { reason, message } = result;
      if (reason === 'too large') return { kind: 'reject', reason: 'rejected', message };
      return {
        kind: 'retry',
        reason: reason === 'full' ? 'timeout' : 'network',
        message: `${message}. Is the manager running? It will be retried.`,
      };
    },
  };
}

/** Appends events to a file, one line of JSON each, where there is no manager. */
export function fileSink(append: (line: string) => Promise<void>): EventSink {
  return {
    async deliver(datagram) {
      try {
        await append(`${messageOf(datagram.toString('utf8'))}\n`);
        return { kind: 'delivered' };
      } catch (error) {
        const message = `the event cannot be written: ${(error as Error).message}`;
        return { kind: 'retry', reason: 'internal', message };
      }
    },
  };
}

/** What follows `1:<location>:`; a `:` of the location is escaped with `|`. */
function messageOf(datagram: string): string {
  return /^[^:]*:(?:\|.|[^|:])*:([^]*)$/.exec(datagram)?.[1] ?? datagram;
}
