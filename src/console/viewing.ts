import { type JsonObject, valueAt } from '../alert/json.ts';
import { alertOf } from '../alert/large-alert.ts';
import { printable, printableLines } from '../core/printable.ts';
import { Scrubber } from '../core/secret.ts';
import type { BrowsedEntry } from '../outbox/browse/browse.ts';
import type { User } from './auth/login.ts';
import type { ExplainedAlert } from './data.ts';
import { hiddenBy, hiddenTexts, type IsHidden, withoutHidden } from './hidden.ts';
import type { ShownAlert } from './pages/alert.tsx';
import type { DeliveryRow } from './pages/deliveries.tsx';

/** More of an alert is read by nobody on a page. */
const LONGEST_JSON = 200_000;
/** Some milliseconds, in which no lane gets on. Alerts that are no attack take a thousandth. */
const MOST_COMPARISONS = 5e5;

/** What a person may see of alerts: viewers do not see the hidden fields. */
export class Viewing {
  readonly #scrub: (text: string) => string;
  readonly #hide: readonly string[];
  readonly #isHidden: IsHidden;

  constructor(scrub: (text: string) => string, hide: readonly string[]) {
    this.#scrub = scrub;
    this.#hide = hide;
    this.#isHidden = hiddenBy(hide);
  }

  /** The fields that this person does not see. */
  hidesFrom({ role }: User): readonly string[] {
    return role === 'viewer' ? this.#hide : [];
  }

  /** An alert as this person may see it, and what else was said of it without the same texts. */
  alert(alert: ExplainedAlert, user: User, longest = LONGEST_JSON): ShownAlert {
    const isPartly = this.hidesFrom(user).length > 0;
    const json = isPartly ? (withoutHidden(alert.json, this.#isHidden) as JsonObject) : alert.json;
    const both = isPartly ? [alert.json, alert.stored ?? {}] : [];
    const texts = both.flatMap((one) => hiddenTexts(one, this.#isHidden));
    const hidden = new Scrubber(texts, MOST_COMPARISONS);
    const clean = (text: string) => hidden.scrub(this.#scrub(text));
    const at = (object: string, name: string) => {
      const text = valueAt(json, object, name);
      return typeof text === 'string' || typeof text === 'number' ? clean(String(text)) : undefined;
    };
    const whole = clean(JSON.stringify(json, undefined, 2));
    const cut = whole.length > longest ? `${whole.slice(0, longest)}\n…` : whole;
    return {
      alert,
      json: printableLines(cut),
      facts: {
        level: at('rule', 'level'),
        rule: at('rule', 'id'),
        description: at('rule', 'description'),
        agent: at('agent', 'name') ?? at('agent', 'id'),
      },
      show: (text) => (text === undefined ? '–' : printable(clean(String(text)))),
    };
  }

  /** A delivery in a list, with what this person may see of its alert. */
  row(entry: BrowsedEntry, user: User): DeliveryRow {
    const { raw, verdictBy, verdict, ...rest } = entry;
    const isHidden = this.hidesFrom(user).length > 0 ? this.#isHidden : undefined;
    const alert = raw === undefined ? undefined : alertOf(Buffer.from(raw));
    const at = (...path: string[]) => {
      if (isHidden?.(path) === true) return undefined;
      const text = alert?.textAt(...path);
      return text === undefined ? undefined : this.#scrub(text.slice(0, 300));
    };
    return {
      ...rest,
      verdict: verdictBy ?? verdict,
      rule: at('rule', 'id'),
      description: at('rule', 'description'),
      agent: at('agent', 'name') ?? at('agent', 'id'),
    };
  }
}
