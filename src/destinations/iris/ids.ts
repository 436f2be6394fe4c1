import { createHash } from 'node:crypto';
import {
  type AnswerCache,
  firstJson,
  HOUR_MS,
  type HttpResult,
  isJsonObject,
  type JsonObject,
} from '../sdk/index.ts';

/*
 * IRIS needs numbers for severities, statuses and types, and the numbers differ between
 * installations: a severity 4 is "Medium" in one and "Low" in another. So they are looked up by
 * name, and cached for an hour.
 */

export type ListName = 'severities' | 'statuses' | 'iocTypes' | 'assetTypes' | 'customers';

interface List {
  readonly path: string;
  readonly idKey: string;
  readonly nameKey: string;
  /** The numbers of a new installation (IRIS 2.4), used when the list cannot be read. */
  readonly usual: Readonly<Record<string, number>>;
}

export const LISTS: Readonly<Record<ListName, List>> = {
  severities: {
    path: 'manage/severities/list',
    idKey: 'severity_id',
    nameKey: 'severity_name',
    usual: { unspecified: 1, informational: 2, low: 3, medium: 4, high: 5, critical: 6 },
  },
  statuses: {
    path: 'manage/alert-status/list',
    idKey: 'status_id',
    nameKey: 'status_name',
    usual: { unspecified: 1, new: 2 },
  },
  iocTypes: {
    path: 'manage/ioc-types/list',
    idKey: 'type_id',
    nameKey: 'type_name',
    usual: { domain: 20, hostname: 69, 'ip-src': 79, md5: 90, sha1: 111, sha256: 113, url: 141 },
  },
  assetTypes: {
    path: 'manage/asset-type/list',
    idKey: 'asset_id',
    nameKey: 'asset_name',
    usual: {
      'linux - server': 3,
      'mac - computer': 6,
      'windows - computer': 9,
      'windows - server': 10,
    },
  },
  customers: {
    path: 'manage/customers/list',
    idKey: 'customer_id',
    nameKey: 'customer_name',
    usual: { irisinitialclient: 1 },
  },
};

/** Gives the number of the first of these names that a list has, ignoring case. */
export type Ids = (list: ListName, ...names: string[]) => number | undefined;

/** The numbers of a new installation. */
export const usualIds: Ids = (list, ...names) => numberOf(LISTS[list].usual, names);

/** Numbers as read from the server; a missing list has its usual numbers. */
export function idsFrom(lists: ReadonlyMap<ListName, Numbers>): Ids {
  return (list, ...names) => numberOf(lists.get(list) ?? LISTS[list].usual, names);
}

/** Numbers by name in lower case. */
export type Numbers = Readonly<Record<string, number>>;

function numberOf(numbers: Numbers, names: readonly string[]): number | undefined {
  for (const name of names.map((name) => name.trim().toLowerCase())) {
    if (Object.hasOwn(numbers, name)) return numbers[name];
  }
  return undefined;
}

/** Caches lists across alerts and restarts. Its keys do not reveal the address or the API key. */
export class ListMemory {
  readonly #cache: AnswerCache;
  readonly #account: string;

  /** @param account distinguishes one server and user from another; only its hash is stored. */
  constructor(cache: AnswerCache, account: string) {
    this.#cache = cache;
    this.#account = account;
  }

  get(list: ListName): Numbers | undefined {
    const text = this.#cache.get(this.#key(list));
    return text === undefined ? undefined : (firstJson(text) as Numbers | undefined);
  }

  keep(list: ListName, numbers: Numbers): void {
    this.#cache.set(this.#key(list), JSON.stringify(numbers), HOUR_MS);
  }

  #key(list: ListName): string {
    const hash = createHash('sha256').update(`${list}\0${this.#account}`).digest('hex');
    return `iris:${list}:${hash}`;
  }
}

/** The numbers in the answer to a list request; undefined when it is not a list. */
export function readList(list: ListName, result: HttpResult): Numbers | undefined {
  if (!result.ok || result.status !== 200) return undefined;
  const { idKey, nameKey } = LISTS[list];
  const rows = firstJson(result.body)?.['data'];
  if (!Array.isArray(rows) || rows.length === 0) return undefined;
  const numbers: Record<string, number> = {};
  for (const row of rows.filter((row): row is JsonObject => isJsonObject(row))) {
    const [id, name] = [row[idKey], row[nameKey]];
    if (typeof id === 'number' && typeof name === 'string') numbers[name.toLowerCase()] = id;
  }
  return Object.keys(numbers).length === 0 ? undefined : numbers;
}
