import { formatDiagnostic } from '../core/diagnostic.ts';
import type { Parking } from '../core/outbox.ts';
import type { QuietSource } from '../core/quiet-source.ts';
import { quietText } from '../core/quiet-text.ts';
import type { LaneReportState } from '../core/status.ts';
import type { Refusal } from './reloading.ts';
import type { Trouble } from './self-notices.ts';

/** An outbox that is fuller than this is told of. */
const FULL = 0.8;

/** What troubles are found from. */
export interface OwnState {
  readonly lanes: Iterable<{
    readonly id: string;
    readonly state: LaneReportState;
    readonly lane: number | undefined;
  }>;
  readonly parkingOf: (lane: number) => Parking | undefined;
  readonly refusal: Refusal | undefined;
  readonly outbox: { readonly bytes: number; readonly limit: number };
  /** Integrations that have used up their share of the outbox. */
  readonly behind: readonly string[];
  /** Test alerts that did not arrive. */
  readonly canaries: readonly Trouble[];
  /** Sources that are quieter than they ever were, by their paths. */
  readonly quiet: readonly { readonly path: string; readonly quiet: QuietSource }[];
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Why the alert file cannot be read, in words. */
  readonly reading: readonly string[];
}

/** What is wrong with integratord itself. */
export function ownTroubles(state: OwnState): Trouble[] {
  return [
    ...[...state.lanes].flatMap((one) => parkedTrouble(one, state.parkingOf)),
    ...refusalTrouble(state.refusal),
    ...outboxTrouble(state.outbox),
    ...state.behind.map(shareTrouble),
    ...state.canaries,
    ...state.quiet.map(({ path, quiet }) => quietTrouble(path, quiet, state.now)),
    ...state.reading.map(
      (why): Trouble => ({
        key: `reading:${why}`,
        sentence: `integratord does not read alerts: ${why}.`,
        over: `integratord reads alerts again. It was: ${why}.`,
      }),
    ),
  ];
}

function shareTrouble(id: string): Trouble {
  return {
    key: `share:${id}`,
    about: id,
    sentence: `${id} has used up its share of the outbox: its further alerts wait in the alert file, and are lost with its archives. \`integratord status\` says why it does not deliver.`,
    over: `${id} has room in the outbox again, and has caught up.`,
  };
}

function quietTrouble(path: string, quiet: QuietSource, now: number): Trouble {
  return {
    key: `quiet:${path}`,
    sentence: `${path} is quieter than it ever was: ${quietText(quiet, now)}. Is the manager well, and are its agents connected?`,
    over: `${path} brings as many alerts as usual again.`,
  };
}

function parkedTrouble(
  { id, state, lane }: { id: string; state: LaneReportState; lane: number | undefined },
  parkingOf: OwnState['parkingOf'],
): Trouble[] {
  const parking = state === 'parked' && lane !== undefined ? parkingOf(lane) : undefined;
  if (parking === undefined) return [];
  return [
    {
      key: `parked:${id}`,
      about: id,
      sentence: `Nothing is delivered to ${id} until it is fixed; its alerts wait. ${parking.message}`,
      over: `Alerts are delivered to ${id} again.`,
    },
  ];
}

function refusalTrouble(refusal: Refusal | undefined): Trouble[] {
  const first = refusal?.diagnostics[0];
  if (first === undefined) return [];
  return [
    {
      key: 'configuration',
      sentence: `The configuration was changed and refused; the one before is in force. ${formatDiagnostic(first)}`,
      over: 'The configuration is right again, and in force.',
    },
  ];
}

function outboxTrouble({ bytes, limit }: OwnState['outbox']): Trouble[] {
  if (limit <= 0 || bytes / limit <= FULL) return [];
  const percent = Math.round((bytes / limit) * 100);
  return [
    {
      key: 'outbox',
      sentence: `The outbox of integratord is ${percent} % full: \`integratord status\` says what waits.`,
      over: 'The outbox of integratord has room again.',
    },
  ];
}
