import { z } from 'zod';
import type { JsonObject } from '../../alert/json.ts';
import type { Integration } from '../../core/integration.ts';

/** Fields that have their own options, or that are needed to find an issue again. */
const OWN_FIELDS = ['project', 'issuetype', 'labels'];

const EXAMPLE = '<options>{"project": "SEC", "issue_type": "Task"}</options>';

const name = z.string().trim().min(1).max(255);

const schema = z.strictObject({
  project: z.union([z.string(), z.int().transform(String)]).pipe(z.string().regex(/^\w{1,80}$/)),
  issue_type: name.default('Task'),
  labels: z.array(z.string().regex(/^\S{1,255}$/)).default([]),
  fields: z
    .record(z.string(), z.json())
    .refine((fields) => !OWN_FIELDS.some((field) => Object.hasOwn(fields, field)))
    .default({}),
  priorities: z.union([z.record(z.string().regex(/^\d{1,2}$/), name), z.null()]).optional(),
  group_follow_ups: z.boolean().default(false),
  api_version: z.union([z.literal(2), z.literal(3)]).optional(),
});

/** What each option must be, as shown to the operator. */
const RULES: Readonly<Record<keyof typeof schema.shape, string>> = {
  project: `must name the Jira project by its key, as in ${EXAMPLE}`,
  issue_type: 'must be the name of an issue type, such as "Task"',
  labels: 'must be a list of labels without whitespace, such as ["soc"]',
  fields: `must be an object with Jira fields, except ${OWN_FIELDS.join(', ')}, which have their own options`,
  priorities:
    'must map the lowest rule level to a priority name, such as {"12": "High", "0": "Low"}, or null for none',
  group_follow_ups: 'must be true or false',
  api_version: 'must be 3 (Jira Cloud) or 2 (Data Center)',
};

/** The settings from `<options>` for the issues to create. */
export interface JiraOptions {
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
const PRIORITIES: JiraOptions['priorities'] = [
  [13, 'Highest'],
  [10, 'High'],
  [7, 'Medium'],
  [5, 'Low'],
  [0, 'Lowest'],
];

/** The options of an integration, or a message that says what is wrong with them. */
export function jiraOptions({ options, hookUrl }: Integration): JiraOptions | string {
  const parsed = schema.safeParse(options ?? {});
  if (!parsed.success) return mistake(parsed.error);
  const { data } = parsed;
  return {
    project: data.project,
    issueType: data.issue_type,
    labels: data.labels,
    fields: data.fields,
    priorities: priorities(data.priorities),
    groupFollowUps: data.group_follow_ups,
    apiVersion:
      data.api_version ?? (/\/rest\/api\/2(?:\/|$)/.test(hookUrl?.reveal().trim() ?? '') ? 2 : 3),
  };
}

/** The options for a preview when the real ones are invalid. */
export const NO_OPTIONS: JiraOptions = {
  project: '',
  issueType: 'Task',
  labels: [],
  fields: {},
  priorities: PRIORITIES,
  groupFollowUps: false,
  apiVersion: 3,
};

function priorities(own: Record<string, string> | null | undefined): JiraOptions['priorities'] {
  if (own === undefined) return PRIORITIES;
  const entries = Object.entries(own ?? {}).map(([level, name]) => [Number(level), name] as const);
  return entries.sort(([a], [b]) => b - a);
}

/** The first error. Values are not repeated: they may be secret. */
function mistake({ issues }: z.ZodError): string {
  // A mistyped key explains a missing one.
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0];
  const known = Object.keys(schema.shape);
  if (issue?.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys;
    return `<options> have an unknown key "${key.slice(0, 50)}" for Jira; known are ${known.join(', ')}. Issue fields go into "fields"`;
  }
  const [key] = issue?.path ?? [];
  const rule = Object.entries(RULES).find(([option]) => option === key);
  return rule === undefined
    ? `<options> are not valid for Jira; expected ${EXAMPLE}`
    : `<options>: "${rule[0]}" ${rule[1]}`;
}
