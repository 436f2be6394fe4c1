import { localTime } from '../../core/local-time.ts';
import { silenceEnds } from '../silence-ends.ts';
import { FormId, shown } from './parts.tsx';

/** The fields of the form, as texts. */
export interface SilenceFields {
  /** Ids of rules, and names of agents. */
  readonly rule: string;
  readonly agent: string;
  readonly integration: string;
  /** A choice of the ends, or a time that goes before it. */
  readonly end: string;
  readonly at: string;
  readonly why: string;
  /** An expression. */
  readonly when: string;
  readonly ending: string;
  readonly evenCritical: boolean;
}

const ENDINGS = [
  ['summary', 'tell how many they were'],
  ['deliver', 'send them'],
  ['nothing', 'say nothing'],
] as const;

/** Where a silence is described. It is shown what it would have held back, before it is made. */
export function SilenceForm({
  fields,
  integrations,
  now,
  formId,
  isTried,
}: {
  fields: SilenceFields;
  integrations: readonly string[];
  now: number;
  formId: string;
  /** True where it was shown: then it can be made. */
  isTried: boolean;
}) {
  const { rule, agent, integration, end, at, why, when, ending, evenCritical } = fields;
  const hasMore = when !== '' || evenCritical || (ending !== '' && ending !== 'summary');
  return (
    <form method="post" action="/silences/preview" class="silence">
      <FormId id={formId} />
      <div class="filters">
        <label>
          Rule ids
          <input name="rule" value={rule} maxlength={200} placeholder="5710, 5712" data-key="/" />
        </label>
        <label>
          Agents
          <input name="agent" value={agent} maxlength={200} placeholder="web01, lab-*" />
        </label>
        <label>
          Integration
          <select name="integration">
            <option value="">all</option>
            {integrations.map((id) => (
              <option value={id} selected={id === integration}>
                {shown(id)}
              </option>
            ))}
          </select>
        </label>
        <label>
          For
          <select name="end">
            {silenceEnds(now).map(({ choice, label, until }) => (
              <option value={choice} selected={choice === (end === '' ? '1h' : end)}>
                {label} ({localTime(until).slice(5)})
              </option>
            ))}
          </select>
        </label>
        <label>
          or until
          <input type="datetime-local" name="at" value={at} />
        </label>
        <label class="wide">
          Why
          <input
            name="why"
            value={why}
            required
            maxlength={200}
            placeholder="patch night, ticket 4711"
          />
        </label>
      </div>
      <details open={hasMore}>
        <summary>More</summary>
        <div class="filters">
          <label class="wide">
            Expression, which must be true as well
            <input
              name="when"
              value={when}
              maxlength={2000}
              spellcheck={false}
              placeholder='data.srcip == "192.0.2.7"'
            />
          </label>
          <label>
            After the end
            <select name="ending">
              {ENDINGS.map(([value, label]) => (
                <option value={value} selected={value === ending}>
                  {label}
                </option>
              ))}
            </select>
          </label>
          <label class="check">
            <input type="checkbox" name="even_critical" value="1" checked={evenCritical} />
            Alerts of level 15 and 16 as well
          </label>
        </div>
      </details>
      <p class="actions">
        <button class={isTried ? undefined : 'main'}>
          {isTried ? 'Preview again' : 'Preview'}
        </button>
        {isTried ? (
          <>
            <button class="main" formaction="/silences/add">
              Make this silence
            </button>
            <a href="/silences" data-key="esc">
              Leave it
            </a>
          </>
        ) : null}
      </p>
      <p class="quiet">
        What fits all that is given is held back. Times are those of the manager, where it is{' '}
        {localTime(now)}.
      </p>
    </form>
  );
}
