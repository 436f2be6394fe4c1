import type { PreparedIntegration } from '../../app/setup.ts';
import { filterText } from '../filter-text.ts';

/** What an integration would do. */
export interface BlockView {
  readonly id: string;
  readonly file: string;
  readonly line: number;
  /** Which alerts it gets and where they go, as a sentence. */
  readonly sentence: string;
  /** Why it would not work; undefined when it would. */
  readonly why: string | undefined;
  /** Whether its alerts are kept until it works. */
  readonly waits: boolean;
}

/** Says of an integration what it would do, and what keeps it from that. */
export function viewBlock(entry: PreparedIntegration): BlockView {
  const { integration, destination, destinationNote, unusable, obstacle } = entry;
  const { file, line } = integration.source;
  return {
    id: integration.id,
    file,
    line,
    sentence: sentenceOf(filterText(entry), destination && destinationNote),
    why: unusable?.reason ?? obstacle,
    waits: destination !== undefined,
  };
}

function sentenceOf(filter: string, destination: string | undefined): string {
  const alerts = filter.startsWith('every alert') ? filter : `alerts of ${filter}`;
  if (destination === undefined) return `Nobody gets ${alerts}.`;
  const who = destination.startsWith('script ') ? `The ${destination}` : destination;
  return `${who} gets ${alerts}.`;
}
