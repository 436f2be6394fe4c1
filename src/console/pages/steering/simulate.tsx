import type { SimulateReport, TrialSpan } from '../../steering/orders.ts';
import type { Run } from '../../steering/runs.ts';
import { address, shown } from '../parts.tsx';
import { Report } from './report.tsx';
import { Running } from './running.tsx';
import { SpanChoice } from './span-choice.tsx';

export interface SimulateParts {
  readonly span: TrialSpan;
  readonly now: number;
  readonly present: Run | undefined;
  readonly mayCancel: boolean;
  readonly run: Run | undefined;
  readonly report: SimulateReport | undefined;
  /** What stands in the field, without secrets. */
  readonly settings: string;
  /** Where the settings file is. */
  readonly path: string | undefined;
  /** Why the present file is not shown, or what was sent was not taken. */
  readonly problem: string | undefined;
  /** Earlier results. */
  readonly earlier: readonly Run[];
}

/** Where settings are tried on past alerts. Nothing is applied. */
export function SimulatePage(parts: SimulateParts) {
  const { present, now, mayCancel, run, report, problem, earlier } = parts;
  return (
    <>
      <p class="lead">
        What other settings would have made of past alerts. Nothing is applied, sent or written.
      </p>
      {present === undefined ? null : <Running run={present} now={now} mayCancel={mayCancel} />}
      {run?.outcome?.kind === 'failed' ? (
        <p class="message bad" role="alert">
          There is no result: {shown(run.outcome.message)}.
        </p>
      ) : null}
      {problem === undefined ? null : (
        <p class="message" role="alert">
          {shown(problem)}
        </p>
      )}
      {report === undefined || run === undefined ? null : (
        <Report report={report} span={run.order.span} />
      )}
      <Editor {...parts} />
      {earlier.length === 0 ? null : (
        <p class="quiet">
          Earlier results:{' '}
          {earlier.map(({ id, who, order }) => (
            <>
              <a href={`/simulate/${id}`}>
                {id}, {order.span}, {shown(who)}
              </a>{' '}
            </>
          ))}
        </p>
      )}
    </>
  );
}

function Editor({ span, settings, path, present }: SimulateParts) {
  return (
    <section aria-labelledby="settings-title">
      <h2 id="settings-title">Settings to try</h2>
      <form method="post" action="/simulate" class="editor">
        <label for="settings" class="quiet">
          The text of {shown(path ?? 'integratord.yaml')}. Change it and see what would be
          different.
        </label>
        <textarea
          id="settings"
          name="settings"
          rows={Math.min(28, Math.max(10, settings.split('\n').length + 2))}
          data-key="/"
          spellcheck={false}
          autocapitalize="off"
          autocomplete="off"
          wrap="off"
          aria-describedby="settings-help"
        >
          {/* The first line end in a text area counts as none. */}
          {`\n${settings}`}
        </textarea>
        <p id="settings-help" class="quiet">
          Secrets are shown as [redacted]: where one is left as it is, the present one counts.{' '}
          {'${env:…} and ${file:…} are not looked up here.'}
        </p>
        <div class="filters">
          <SpanChoice chosen={span} />
          <button disabled={present !== undefined}>
            Simulate <kbd>ctrl</kbd> <kbd>enter</kbd>
          </button>
          <a href={address('/simulate', {})}>Begin again with the present text</a>
        </div>
      </form>
    </section>
  );
}

/** For those who may not: why, and who may. */
export function NotForYou() {
  return (
    <p class="message" role="status">
      Simulating needs the role operator: the text of the settings and what a condition finds in
      alerts can tell more than viewers may see. On a socket, everybody is an operator with{' '}
      <code>write: true</code>.
    </p>
  );
}
