import {
  addressBelow,
  type DeliveryContext,
  defineDestination,
  failedLookup,
  type HttpRequest,
  type HttpResult,
  JSON_HEADERS,
  type JsonDocument,
  type Outcome,
  type RequestSession,
  Secret,
  stringify,
  unanswered,
} from '../sdk/index.ts';
import { complaint, findKnown, IRIS, type Known, readIris } from './answer.ts';
import { examples } from './examples.ts';
import {
  type Ids,
  idsFrom,
  LISTS,
  ListMemory,
  type ListName,
  type Numbers,
  readList,
  usualIds,
} from './ids.ts';
import { bareAlert, customerName, type IrisAlert, irisAlert, listsFor } from './payload.ts';
import { type IrisDelivery, settings } from './settings.ts';

/** `<hook_url>` may be the address of IRIS or of its alerts. */
const ADD = /\/alerts\/add\/*(?=[?#]|$)/;

/**
 * Every request has its own connection: when a reused one dies, the client repeats the request on
 * a new one, and it is unknown whether the first arrived. That could create two alerts.
 */
const HEADERS = { ...JSON_HEADERS, connection: 'close' };

/** A list of alerts can be long: older versions include all of their content. In bytes. */
const LONGEST_LIST = 4 * 1024 * 1024;

/** Several requests may be needed, and IRIS is slow. In seconds. */
const LEAST_SECONDS = 30;

/** Attempts after which delivery continues without a list that IRIS fails to give. */
const PATIENCE = 3;

/** DFIR-IRIS: every alert is created as an alert there. */
export default defineDestination({
  name: 'iris',
  title: IRIS.title,
  knownToWazuh: false,
  settings,
  concurrency: 2,
  opensCases: true,
  defaultTimeout: LEAST_SECONDS,
  request: (delivery) => add(delivery, irisAlert(delivery, usualIds)),
  exchange,
  examples,
});

async function exchange(
  job: IrisDelivery,
  session: RequestSession,
  context: DeliveryContext,
): Promise<Outcome> {
  const lists = await readLists(job, session, context);
  if (!(lists instanceof Map)) return lists;
  const alert = irisAlert(job, idsFrom(lists));
  const customer = unknownCustomer(job, idsFrom(lists));
  if (customer !== undefined) return customer;
  const known = job.attempts > 0 ? await lookUp(job, alert, session, context) : undefined;
  if (known !== undefined) return known;

  const read = (result: HttpResult) =>
    result.ok
      ? readIris(result, context.clock.now())
      : unanswered(result, 'The next attempt first checks whether IRIS has it.');
  const result = await session.send(add(job, alert));
  const outcome = read(result);
  if (!result.ok || outcome.kind !== 'reject' || session.isOver()) return outcome;
  return read(await session.send(add(job, bareAlert(alert, complaint(result)))));
}

function add(job: IrisDelivery, alert: IrisAlert): HttpRequest {
  return {
    method: 'POST',
    url: address(job, 'alerts/add'),
    headers: { ...HEADERS, authorization: authorization(job) },
    body: stringify(alert),
  };
}

function question(
  job: IrisDelivery,
  path: string,
  query: Readonly<Record<string, string>> = {},
): HttpRequest {
  return {
    method: 'GET',
    url: address(job, path, query),
    headers: { ...HEADERS, authorization: authorization(job) },
  };
}

function address(
  { settings: own }: IrisDelivery,
  path: string,
  query?: Readonly<Record<string, string>>,
): Secret {
  const site = own.hook_url.reveal().trim();
  return addressBelow(site.replace(ADD, ''), path, query);
}

function authorization({ settings: own }: IrisDelivery): Secret {
  return new Secret(`Bearer ${own.api_key.reveal()}`);
}

/**
 * The numbers that this alert needs, from the cache or from IRIS. Where a list cannot be read, the
 * usual numbers are used; but refused access or an unreachable server ends the attempt.
 */
async function readLists(
  job: IrisDelivery,
  session: RequestSession,
  { cache, clock }: DeliveryContext,
): Promise<Map<ListName, Numbers> | Outcome> {
  const { hook_url: address, api_key: key } = job.settings;
  const memory = new ListMemory(cache, `${address.reveal()}\0${key.reveal()}`);
  const lists = new Map<ListName, Numbers>();
  for (const list of listsFor(job)) {
    const remembered = memory.get(list);
    if (remembered !== undefined) {
      lists.set(list, remembered);
      continue;
    }
    const result = await session.send(question(job, LISTS[list].path), LONGEST_LIST);
    const numbers = readList(list, result);
    if (numbers !== undefined) {
      lists.set(list, numbers);
      memory.keep(list, numbers);
      continue;
    }
    const end = endOfAttempt(job, list, result, clock.now());
    if (end !== undefined) return end;
    const isForGood = result.ok && result.status >= 400 && result.status < 500;
    if (isForGood && list !== 'customers') memory.keep(list, LISTS[list].usual);
  }
  return lists;
}

/** Why an unreadable list ends the attempt; undefined when the attempt can continue without it. */
function endOfAttempt(
  { attempts }: IrisDelivery,
  list: ListName,
  result: HttpResult,
  now: number,
): Outcome | undefined {
  const end = failedLookup(result, IRIS, now);
  if (!result.ok || end?.kind === 'retry') {
    // After some attempts: a list may be broken permanently although IRIS still accepts alerts.
    const isBroken = result.ok && result.status >= 500 && attempts >= PATIENCE;
    return isBroken && list !== 'customers' ? undefined : end;
  }
  // Every user can read the severities; some versions show the other lists only to administrators.
  if (list === 'severities') return end;
  if (list !== 'customers') return result.status === 403 ? undefined : end;
  return {
    kind: 'park',
    reason: 'auth',
    status: result.status,
    message: `The user of <api_key> cannot list the customers of DFIR-IRIS (HTTP ${result.status}). In <options>, set alert_customer_id to the customer's number instead of its name, and reload.`,
  };
}

function unknownCustomer(job: IrisDelivery, ids: Ids): Outcome | undefined {
  const name = customerName(job.settings.options);
  if (name === undefined || ids('customers', name) !== undefined) return undefined;
  return {
    kind: 'park',
    reason: 'client_error',
    message: `DFIR-IRIS has no customer called '${name}', or the user of <api_key> cannot see it. Correct alert_customer_id in <options>, or set it to the customer's number, and reload.`,
  };
}

/** Whether an earlier attempt arrived after all: IRIS does not deduplicate alerts. */
async function lookUp(
  job: IrisDelivery,
  alert: IrisAlert,
  session: RequestSession,
  { clock }: DeliveryContext,
): Promise<Outcome | undefined> {
  const wanted: Known = {
    source: inWords(alert['alert_source']),
    reference: inWords(alert['alert_source_ref']),
    customer: Number(alert['alert_customer_id']),
  };
  if (wanted.reference === undefined) return undefined;
  const result = await session.send(
    question(job, 'alerts/filter', {
      source_reference: wanted.reference,
      alert_source: wanted.source ?? '',
      alert_customer_id: String(wanted.customer),
      per_page: '50',
      sort: 'desc',
      // Newer versions then omit the alerts' content, which may be long.
      fields: 'alert_id,alert_source,alert_source_ref,alert_customer_id',
    }),
    LONGEST_LIST,
  );
  const number = findKnown(result, wanted);
  if (number !== undefined) {
    const message = `DFIR-IRIS already has this alert (number ${number}): an earlier attempt had arrived.`;
    return { kind: 'delivered', message, ...(result.ok ? { status: result.status } : {}) };
  }
  // Without alerts_read the only option is to send, at the risk of a duplicate.
  if (result.ok && result.status === 403) return undefined;
  return failedLookup(result, IRIS, clock.now());
}

function inWords(value: JsonDocument | undefined): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}
