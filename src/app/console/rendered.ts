import { type JsonValue, stringify } from '../../alert/json.ts';
import { alertOf } from '../../alert/large-alert.ts';
import { CommandError } from '../../cli/exit.ts';
import { previewOf } from '../../cli/preview-document.ts';
import { Redactor } from '../../cli/redact.ts';
import type { DeliveryData } from '../../console/data.ts';
import { hiddenBy, withoutHidden } from '../../console/hidden.ts';
import type { RenderedRequest, Rendering } from '../../console/rendering/rendering.ts';
import type { Setup } from '../setup.ts';

/** Messages of larger alerts are not made for a page: the lanes wait for that. */
const LARGEST_BYTES = 2 ** 18;

/**
 * What is sent for a delivery, as `preview` and `queue show` say it: by the present configuration, and
 * without secrets.
 * @param hide fields that the person who looks does not see: the message is made without them.
 */
export function rendered(
  detail: DeliveryData['detail'],
  raw: Buffer,
  { integrations, secrets }: Pick<Setup, 'integrations' | 'secrets'>,
  hide: readonly string[],
): Rendering {
  const { integration: id, bundle } = detail;
  if (bundle !== undefined) return none('it is sent with others, in one message');
  const entry = integrations.find(({ integration }) => integration.id === id);
  if (entry?.destination === undefined)
    return none(`the configuration has no ${id} that could send it`);
  if (raw.length > LARGEST_BYTES) return none('the alert is too large to be shown like this');
  const bytes =
    hide.length === 0
      ? raw
      : Buffer.from(JSON.stringify(withoutHidden(alertOf(raw).json, hiddenBy(hide))));
  try {
    const document = previewOf(entry, bytes, new Redactor(secrets, false));
    return renderingOf(JSON.parse(stringify(document)) as Document, bodiesOf(document));
  } catch (error) {
    if (error instanceof CommandError) return none(error.message);
    throw error;
  }
}

/** What `preview` prints. */
interface Document {
  readonly requests?: readonly (Omit<RenderedRequest, 'headers' | 'body'> & {
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: JsonValue;
  })[];
  readonly script?: {
    readonly path: string;
    readonly argv: readonly string[];
    readonly alertFile: string;
    readonly optionsFile: string | null;
  };
  readonly skipped: string | null;
  readonly error?: string;
}

function renderingOf(
  { requests = [], script, skipped, error }: Document,
  bodies: readonly (string | undefined)[],
): Rendering {
  if (error !== undefined) return none(error);
  if (skipped !== null) return none(`the integration leaves it out: ${skipped}`);
  if (script !== undefined) {
    return { kind: 'script', script: { ...script, optionsFile: script.optionsFile ?? undefined } };
  }
  return {
    kind: 'requests',
    requests: requests.map(({ method, url, headers }, at) => {
      return { method, url, headers: Object.entries(headers), body: bodies[at] };
    }),
  };
}

/** The bodies byte for byte: JSON in them is not read, which could change its numbers. */
function bodiesOf(document: ReturnType<typeof previewOf>): (string | undefined)[] {
  const requests = (document['requests'] ?? []) as readonly { readonly body?: unknown }[];
  return requests.map(({ body }) => {
    if (body === undefined) return undefined;
    return typeof body === 'string' ? body : stringify(body as Parameters<typeof stringify>[0]);
  });
}

function none(why: string): Rendering {
  return { kind: 'none', why };
}
