import {
  type Bundle,
  bundleFacts,
  bundleGroups,
  bundleText,
  examplesWithin,
  type Fact,
  headline,
  isoTime,
  RawJson,
  stringify,
} from '../sdk/index.ts';

/** IRIS takes 100 MB; nobody reads more than this. In characters, and in bytes. */
const LONGEST_LOG = 2000;
const LARGEST_EXAMPLES = 1024 * 1024;

/** What an alert in IRIS says, whatever it was made of. */
export interface Words {
  readonly title: string;
  readonly description: string;
  /** By which an earlier copy is found. */
  readonly reference: string;
  readonly time: string | undefined;
  readonly level: number;
  readonly facts: readonly Fact[];
  readonly content: RawJson;
}

/**
 * What an alert in IRIS says that stands for several: the keys and the logs of the examples as its
 * description, and the whole as data.
 * @param key an alert of the bundle may be in IRIS by its own id.
 */
export function bundleWords(bundle: Bundle, key: string): Words {
  return {
    title: headline(bundle),
    description: bundleText(bundle, LONGEST_LOG),
    reference: key,
    time: isoTime(bundle.lastAt),
    level: bundle.highestLevel,
    facts: factsOf(bundle),
    content: new RawJson(
      stringify({
        bundle: {
          ...bundleFacts(bundle),
          groups: bundleGroups(bundle),
          more_groups: bundle.moreGroups,
        },
        alerts: examplesWithin(bundle.examples, LARGEST_EXAMPLES),
      }),
    ),
  };
}

function factsOf(bundle: Bundle): Fact[] {
  const { id, kind, count, firstAt, lastAt, highestLevel } = bundle;
  return [
    ['Bundle', String(id)],
    ['Kind', kind],
    ['Alerts', String(count)],
    ['First', isoTime(firstAt) ?? 'unknown'],
    ['Last', isoTime(lastAt) ?? 'unknown'],
    ['Highest level', String(highestLevel)],
  ];
}
