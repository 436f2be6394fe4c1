import { z } from 'zod';
import { apiKey, hookUrl, type JsonObject, option } from '../sdk/index.ts';

/** Fields that have their own options, or that are needed to find an issue again. */
const OWN_FIELDS = ['project', 'issuetype', 'labels'];

const EXAMPLE = '<options>{"project": "SEC", "issue_type": "Task"}</options>';

/** Says what an option must be, for people. */
const must = (what: string) => ({ error: `must ${what}` });

const PROJECT = must(`name the Jira project by its key, as in ${EXAMPLE}`);
const ISSUE_TYPE = must('be the name of an issue type, such as "Task"');
const LABELS = must('be a list of labels without whitespace, such as ["soc"]');
const FIELDS = must(
  `be an object with Jira fields, except ${OWN_FIELDS.join(', ')}, which have their own options`,
);
const PRIORITY_NAMES = must(
  'map the lowest rule level to a priority name, such as {"12": "High", "0": "Low"}, or null for none',
);

const name = (error: { error: string }) => z.string(error).trim().min(1, error).max(255, error);

/** What Jira needs, and what issues are to look like. */
export const settings = z.strictObject({
  hook_url: hookUrl('The address of the Jira site: `https://example.atlassian.net`.'),
  // `address:token` becomes Basic authentication, where any character can stand.
  api_key: apiKey(
    'Jira Cloud: `address:token` of a user. Data Center: a personal access token.',
    (key) => key.includes(':') || /^[\u0021-\u007e]*$/.test(key),
  ),
  project: option(
    z
      .union([z.string(), z.int().transform(String)], PROJECT)
      .pipe(z.string().regex(/^\w{1,80}$/, PROJECT)),
    'The key of the project that gets the issues.',
  ),
  issue_type: option(name(ISSUE_TYPE).default('Task'), 'The type of the issues. Default: `Task`.'),
  labels: option(
    z.array(z.string(LABELS).regex(/^\S{1,255}$/, LABELS), LABELS).default([]),
    'Labels besides our own.',
  ),
  fields: option(
    z
      .record(z.string(), z.unknown(), FIELDS)
      .refine((fields) => !OWN_FIELDS.some((field) => Object.hasOwn(fields, field)), FIELDS)
      .default({}),
    'Fields of the issue that are sent as they are.',
  ),
  priorities: option(
    z
      .union(
        [z.record(z.string().regex(/^\d{1,2}$/), name(PRIORITY_NAMES)), z.null()],
        PRIORITY_NAMES,
      )
      .optional(),
    'Names of priorities by the lowest rule level, or null for none. Default: the five of a new Jira.',
  ),
  group_follow_ups: option(
    z.boolean(must('be true or false')).default(false),
    'Whether an alert becomes a comment of the open issue of its rule and agent. Default: false.',
  ),
  api_version: option(
    z.union([z.literal(2), z.literal(3)], must('be 3 (Jira Cloud) or 2 (Data Center)')).optional(),
    'The version of the API: 3 for Jira Cloud, 2 for Data Center. Default: as the address says, else 3.',
  ),
});

/** What `settings` say about the issues to create. */
export interface IssueOptions {
  /** Key or number; letters, digits and `_` only. */
  readonly project: string;
  readonly issueType: string;
  /** Additional labels. */
  readonly labels: readonly string[];
  /** Members that go into the issue's fields as they are. */
  readonly fields: JsonObject;
  /** Lowest level and name of each priority, the highest first; empty for none. */
  readonly priorities: readonly (readonly [level: number, name: string])[];
  readonly groupFollowUps: boolean;
  /** 3 expects documents (ADF), 2 expects wiki markup. */
  readonly apiVersion: 2 | 3;
}

/** The default names of a new Jira, on the severity scale that SIEMs use. */
const PRIORITIES: IssueOptions['priorities'] = [
  [13, 'Highest'],
  [10, 'High'],
  [7, 'Medium'],
  [5, 'Low'],
  [0, 'Lowest'],
];

/** The options in the form in which issues are made of them. */
export function issueOptions(own: z.output<typeof settings>): IssueOptions {
  const isOldAddress = /\/rest\/api\/2(?:\/|$)/.test(own.hook_url.reveal().trim());
  return {
    project: own.project,
    issueType: own.issue_type,
    labels: own.labels,
    // They come from JSON or YAML.
    fields: own.fields as JsonObject,
    priorities: priorities(own.priorities),
    groupFollowUps: own.group_follow_ups,
    apiVersion: own.api_version ?? (isOldAddress ? 2 : 3),
  };
}

function priorities(own: Record<string, string> | null | undefined): IssueOptions['priorities'] {
  if (own === undefined) return PRIORITIES;
  const entries = Object.entries(own ?? {}).map(([level, name]) => [Number(level), name] as const);
  return entries.sort(([a], [b]) => b - a);
}
