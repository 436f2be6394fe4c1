import { formatDiagnostic } from '../../core/diagnostic.ts';
import type { NowData } from '../data.ts';
import { FormId, shown, Time } from './parts.tsx';

/** What runs here, and since when. */
export function AboutPage({ data, formId }: { data: NowData; formId: string | undefined }) {
  const { version, pid, mode, startedAt, now, configuration, outbox } = data.report;
  const { refused } = configuration;
  const facts = [
    ['Version', version],
    ['Node', process.versions.node],
    ['Process', pid],
    ['Runs', mode === 'in place' ? "in the original's place" : 'beside the original'],
    ['Outbox', outbox.path],
    ['Configuration', configuration.file],
  ] as const;
  return (
    <>
      <dl class="facts">
        {facts.map(([name, value]) => (
          <div>
            <dt>{name}</dt>
            <dd>{shown(value)}</dd>
          </div>
        ))}
        <div>
          <dt>Started</dt>
          <dd>
            <Time at={startedAt} now={now} />
          </dd>
        </div>
        <div>
          <dt>In force since</dt>
          <dd>
            <Time at={configuration.inForceSince} now={now} />
          </dd>
        </div>
      </dl>
      {refused === undefined ? null : (
        <section aria-labelledby="refused-title">
          <h2 id="refused-title">
            The last reload was refused <Time at={refused.since} now={now} />
          </h2>
          <ul>
            {refused.diagnostics.map((one) => (
              <li>{shown(formatDiagnostic(one))}</li>
            ))}
          </ul>
        </section>
      )}
      {formId === undefined ? null : (
        <form method="post" action="/reload" class="actions">
          <FormId id={formId} />
          <button>Reload the configuration</button>
        </form>
      )}
    </>
  );
}
