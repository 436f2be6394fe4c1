import {
  type Bundle,
  bundleFacts,
  bundleGroups,
  exampleLog,
  examplesWithin,
  exampleTitle,
  type Fact,
  groupLine,
  groupTexts,
  headline,
  isoTime,
  moreAlerts,
  moreKeys,
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
  const groups = groupTexts(bundle);
  const alerts = examplesWithin(bundle.examples, LARGEST_EXAMPLES);
  const more = [moreKeys(bundle), moreAlerts(bundle, alerts.length)];
  const logs = bundle.examples.flatMap((alert) => {
    const log = exampleLog(alert, LONGEST_LOG);
    return ['', exampleTitle(alert), ...(log === undefined ? [] : [log])];
  });
  return {
    title: headline(bundle),
    description: [...groups.map(groupLine), ...logs, '', ...more]
      .filter((line) => line !== undefined)
      .join('\n')
      .trim(),
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
        alerts,
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
