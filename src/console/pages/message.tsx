import { printableLines } from '../../core/printable.ts';
import { type Card, cardsOf, partsOf } from '../rendering/card.ts';
import {
  curlOf,
  prettyOf,
  type RenderedRequest,
  type RenderedScript,
  type Rendering,
} from '../rendering/rendering.ts';
import { shown, Time } from './parts.tsx';

/** More of a body is read by nobody on a page. */
const LONGEST_BODY = 50_000;

/** What is sent for a delivery: as the service shows it, and as it goes over the wire. */
export function MessageSection({ of, now }: { of: Rendering; now: number }) {
  return (
    <section aria-labelledby="message-title">
      <h2 id="message-title">The message</h2>
      {of.kind === 'none' ? <p class="quiet">It is not shown: {shown(of.why)}.</p> : null}
      {of.kind === 'requests' && of.requests.length === 0 ? (
        <p class="quiet">Nothing is sent.</p>
      ) : null}
      {of.kind === 'requests'
        ? of.requests.map((request, at) => <Request of={request} at={at + 1} now={now} />)
        : null}
      {of.kind === 'script' ? <Script of={of.script} /> : null}
      {of.kind === 'none' ? null : (
        <p class="quiet">As the present configuration makes it, without secrets.</p>
      )}
    </section>
  );
}

function Request({ of, at, now }: { of: RenderedRequest; at: number; now: number }) {
  const { method, url, headers, body } = of;
  const cards = body === undefined ? [] : cardsOf(body);
  return (
    <>
      {cards.map((card) => (
        <ShownCard card={card} now={now} />
      ))}
      <details open={cards.length === 0}>
        <summary>
          The request: {method} {shown(url)}
        </summary>
        <dl class="facts">
          {headers.map(([name, value]) => (
            <div>
              <dt>{shown(name)}</dt>
              <dd>{shown(value)}</dd>
            </div>
          ))}
        </dl>
        {body === undefined ? null : <Text label="The body" text={prettyOf(body)} />}
      </details>
      <details>
        <summary>As a command</summary>
        <Text label="The command" text={curlOf(of)} id={`curl-${at}`} />
        <p>
          <button type="button" data-copy={`curl-${at}`} data-key="y" hidden>
            Copy as curl <kbd>y</kbd>
          </button>
        </p>
      </details>
    </>
  );
}

/** A card as a chat shows it. Its markup is text here, and nothing in it is a link. */
function ShownCard({ card, now }: { card: Card; now: number }) {
  const { tone, before, title, text, fields, at } = card;
  return (
    <figure class="card" aria-label="As the service shows it">
      {before === undefined ? null : <p class="before">{shown(before)}</p>}
      <div class={`shown ${tone}`}>
        {title === undefined ? null : <p class="title">{shown(title)}</p>}
        {text === undefined ? null : (
          <p class="lines">
            <Marked text={text} />
          </p>
        )}
        {fields.length === 0 ? null : (
          <dl>
            {fields.map((field) => (
              <div>
                <dt>{shown(field.title)}</dt>
                <dd class="lines">
                  <Marked text={field.value} />
                </dd>
              </div>
            ))}
          </dl>
        )}
        {at === undefined ? null : (
          <p class="quiet">
            <Time at={at * 1000} now={now} />
          </p>
        )}
      </div>
    </figure>
  );
}

function Marked({ text }: { text: string }) {
  return (
    <>
      {partsOf(text).map((part) => {
        const inner = lines(part.text);
        if (part.kind === 'strong') return <strong>{inner}</strong>;
        if (part.kind === 'em') return <em>{inner}</em>;
        return part.kind === 'code' ? <code>{inner}</code> : inner;
      })}
    </>
  );
}

function Script({ of }: { of: RenderedScript }) {
  const { path, argv, alertFile, optionsFile } = of;
  return (
    <>
      <dl class="facts">
        <div>
          <dt>Script</dt>
          <dd>{shown(path)}</dd>
        </div>
        <div>
          <dt>Arguments</dt>
          <dd>{shown(argv.map((one) => JSON.stringify(one)).join(' '))}</dd>
        </div>
      </dl>
      <details>
        <summary>Its files</summary>
        <Text label="The alert file" text={prettyOf(alertFile)} />
        {optionsFile === undefined ? null : <Text label="The options file" text={optionsFile} />}
      </details>
    </>
  );
}

function Text({ label, text, id }: { label: string; text: string; id?: string }) {
  return (
    <pre id={id} tabindex={0} role="region" aria-label={label}>
      {lines(text)}
    </pre>
  );
}

function lines(text: string): string {
  const cut = text.length > LONGEST_BODY ? `${text.slice(0, LONGEST_BODY)}\n…` : text;
  return printableLines(cut);
}
