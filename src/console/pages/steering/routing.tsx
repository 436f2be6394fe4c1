import type {
  RoutedIntegrationData,
  RoutingChange,
  RoutingData,
  SampleAlert,
  SettingRow,
} from '../../steering/data.ts';
import { address, State, shown, Table, Time } from '../parts.tsx';
import { Copy } from './copy.tsx';

export interface RoutingParts {
  readonly data: RoutingData;
  /** How many integrations come before those that are shown. */
  readonly from: number;
  readonly samples: readonly SampleAlert[];
  readonly now: number;
}

/** How many integrations are shown on a page. */
const PAGE = 50;

/** What each integration gets, in words, and what becomes of an alert that is tried. */
export function RoutingPage({ data, from, samples, now }: RoutingParts) {
  const { integrations, quiet, changes, newer, inForceSince } = data;
  const isMore = integrations.length > from + PAGE;
  return (
    <>
      <p class="quiet">
        The configuration in force since <Time at={inForceSince} now={now} />, in words.
      </p>
      {newer.map(({ file, at }) => (
        <p class="message" role="status">
          {shown(file)} was written <Time at={at} now={now} />, after it was read: what it says now
          is not in force. <a href="/simulate">Try it on past alerts</a>, or reload.
        </p>
      ))}
      {integrations.length === 0 ? <p>No integration is configured.</p> : null}
      {integrations.slice(from, from + PAGE).map((one) => (
        <Integration of={one} />
      ))}
      {from === 0 && !isMore ? null : (
        <p>
          {from + 1} to {Math.min(from + PAGE, integrations.length)} of {integrations.length}{' '}
          {from === 0 ? null : <a href="/routing">First</a>}{' '}
          {isMore ? (
            <a href={address('/routing', { from: String(from + PAGE) })} rel="next" data-key="n">
              Next <kbd>n</kbd>
            </a>
          ) : null}
        </p>
      )}
      {quiet.length === 0 ? null : (
        <section aria-labelledby="quiet-title">
          <h2 id="quiet-title">Silences and mutes of the settings file</h2>
          <ul class="sentences">
            {quiet.map((sentence) => (
              <li>{shown(sentence)}</li>
            ))}
          </ul>
        </section>
      )}
      <TryOut samples={samples} />
      <Changes changes={changes} />
    </>
  );
}

function Integration({ of }: { of: RoutedIntegrationData }) {
  const { id, sentence, note, state, why } = of;
  return (
    <section class="card" aria-label={`Integration ${shown(id)}`} data-row>
      <h2>
        {shown(id)} <State of={state} />
      </h2>
      <p class="sentence">{shown(sentence)}</p>
      {why === undefined ? null : <p class="note">{shown(why)}</p>}
      <p class="quiet">
        {shown(note)} · <Where of={of} /> ·{' '}
        <a href={`/routing/${encodeURIComponent(id)}`} data-open>
          settings in effect<span class="away"> of {shown(id)}</span>
        </a>
      </p>
    </section>
  );
}

function Where({ of: { id, place } }: { of: RoutedIntegrationData }) {
  const path = `${place.file}:${place.line}`;
  return (
    <>
      <code>{shown(path)}</code> <Copy text={path} what={`the path of ${id}`} />
    </>
  );
}

/** An integration by itself, with what applies to it. */
export function IntegrationPage({
  of,
  settings,
}: {
  of: RoutedIntegrationData;
  settings: readonly SettingRow[];
}) {
  const { id, sentence, note, state, why } = of;
  return (
    <>
      <p>
        <State of={state} /> <span class="quiet">{shown(note)}</span>
      </p>
      <p class="sentence">{shown(sentence)}</p>
      {why === undefined ? null : <p class="note">{shown(why)}</p>}
      <p>
        <Where of={of} /> · <a href={address('/deliveries', { integration: id })}>its deliveries</a>{' '}
        · <a href="/routing">all integrations</a>
      </p>
      <h2>Settings in effect</h2>
      <dl class="facts">
        {settings.map(({ name, value }) => (
          <div>
            <dt>{shown(name)}</dt>
            <dd>{shown(value)}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

/** Where an alert is tried: what each integration decides is shown as for any other one. */
function TryOut({ samples }: { samples: readonly SampleAlert[] }) {
  return (
    <section aria-labelledby="try-title" id="try">
      <h2 id="try-title">Who would get this alert?</h2>
      <form method="post" action="/alert" class="paste">
        <label for="try-alert">An alert, or the id of one</label>
        <textarea
          id="try-alert"
          name="alert"
          rows={3}
          data-key="/"
          spellcheck={false}
          autocapitalize="off"
          autocomplete="off"
          placeholder="1652272159.1549653"
        />
        <button>Try it</button>
      </form>
      <form method="post" action="/alert" class="samples" aria-label="Samples">
        <span class="quiet">or a sample:</span>
        {samples.map(({ name, json }) => (
          <button class="plain" name="alert" value={json}>
            {shown(name)}
          </button>
        ))}
      </form>
    </section>
  );
}

function Changes({ changes }: { changes: readonly RoutingChange[] | undefined }) {
  const kinds = { new: 'It is new.', gone: 'It is gone.', changed: '' } as const;
  return (
    <section aria-labelledby="changes-title">
      <h2 id="changes-title">What the last reload changed</h2>
      {changes === undefined ? (
        <p>The configuration was not reloaded since the start.</p>
      ) : changes.length === 0 ? (
        <p>Nothing that is shown here.</p>
      ) : (
        <Table label="Changes" head={['Integration', 'What', 'Before', 'Now']}>
          {changes.flatMap(({ id, kind, details }) =>
            details.map(({ name, before, after }) => (
              <tr>
                <th scope="row">{shown(id)}</th>
                <td>
                  {shown(name)}
                  {kinds[kind] === '' ? null : <div class="why">{kinds[kind]}</div>}
                </td>
                <td class="text">{shown(before)}</td>
                <td class="text">{shown(after)}</td>
              </tr>
            )),
          )}
        </Table>
      )}
    </section>
  );
}
