import type { Alert } from '../alert/alert.ts';

/**
 * Why alerts are sent together.
 * - `throttle`: repeats of one key, after its first one was sent.
 * - `digest`: what came within a period.
 * - `storm`: what came while there was too much.
 * - `time`: what came outside of the integration's hours.
 * - `silence`: the receipt of a silence. What it held back is not sent.
 */
export const BUNDLE_KINDS = ['throttle', 'digest', 'storm', 'time', 'silence'] as const;
export type BundleKind = (typeof BUNDLE_KINDS)[number];

/** How many alerts there are, of what span and how severe. */
export interface BundleSpan {
  readonly count: number;
  /** When the first and the last of them were read, in milliseconds since 1970. */
  readonly firstAt: number;
  readonly lastAt: number;
  readonly highestLevel: number;
}

/** The alerts of a bundle that have the same key. */
export interface BundleGroup extends BundleSpan {
  /** The values of the fields of {@link Bundle.by}, in their order; undefined where absent. */
  readonly values: readonly (string | undefined)[];
  /** One of them: the first of the highest level. */
  readonly example: Alert;
  /** Up to three fields whose values vary among them, with up to three values each. */
  readonly varying: readonly VaryingField[];
}

export interface VaryingField {
  readonly field: string;
  readonly values: readonly string[];
  /** How many more values there are at least. */
  readonly more: number;
}

/** A message that covers several alerts. */
export interface Bundle extends BundleSpan {
  /** For people: `integratord queue list --bundle 812`. */
  readonly id: number;
  readonly kind: BundleKind;
  /** What says more about it, in words: the name of a silence and its reason. */
  readonly about: string | undefined;
  /** The fields whose values make the key. */
  readonly by: readonly string[];
  /** The highest level first, then the most frequent; of throttles, the only one. */
  readonly groups: readonly BundleGroup[];
  /** Keys that are not among the groups. */
  readonly moreGroups: number;
  /** Up to five alerts in full: the highest level first, then the oldest. */
  readonly examples: readonly Alert[];
}

/** The most that is told of a bundle in full. */
export const MOST_GROUPS = 20;
export const MOST_EXAMPLES = 5;
