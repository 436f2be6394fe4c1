import type { JsonObject, JsonValue } from '../../src/alert/json.ts';
import { answer, type Behaviour, type Received, ScriptedServer } from './scripted-server.ts';

/** What a test puts in the place of an answer, once. `lost` does the work and breaks the connection. */
export type Fault = Behaviour | 'lost';

/** A DFIR-IRIS that behaves as version 2.4 does, as far as alerts from outside are concerned. */
export class FakeIris {
  readonly key = 'iris-key-3f2b0a55c1';
  readonly alerts: JsonObject[] = [];
  /** Requests for alerts and questions, in order: `GET /alerts/filter`. */
  readonly log: string[] = [];
  readonly lists: Record<string, JsonValue> = {
    '/manage/severities/list': rows('severity', [
      [1, 'Medium'],
      [2, 'Unspecified'],
      [3, 'Informational'],
      [4, 'Low'],
      [5, 'High'],
      [6, 'Critical'],
    ]),
    '/manage/alert-status/list': rows('status', [
      [1, 'Unspecified'],
      [12, 'New'],
    ]),
    '/manage/ioc-types/list': rows('type', [
      [221, 'domain'],
      [222, 'hostname'],
      [223, 'ip-src'],
      [224, 'md5'],
      [225, 'sha1'],
      [226, 'sha256'],
      [227, 'url'],
    ]),
    '/manage/asset-type/list': rows('asset', [
      [33, 'Linux - Server'],
      [34, 'Windows - Computer'],
    ]),
    '/manage/customers/list': rows('customer', [
      [1, 'IrisInitialClient'],
      [7, 'ACME Ltd'],
    ]),
  };
  /** Customers that the user may write alerts for. */
  entitled: readonly number[] = [1, 7];
  mayRead = true;
  readonly #faults: { readonly path: string; readonly fault: Fault }[] = [];
  readonly #server: ScriptedServer;

  private constructor(server: ScriptedServer) {
    this.#server = server;
  }

  static async start(): Promise<FakeIris> {
    let iris: FakeIris | undefined;
    const server = await ScriptedServer.start([
      (socket, request) => iris?.handle(request)(socket, request),
    ]);
    iris = new FakeIris(server);
    return iris;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.port}`;
  }

  get requests(): readonly Received[] {
    return this.#server.requests;
  }

  close(): Promise<void> {
    return this.#server.close();
  }

  /** The next request for this path meets a fault. */
  failNext(path: string, fault: Fault): void {
    this.#faults.push({ path, fault });
  }

  handle(request: Received): Behaviour {
    const { pathname, searchParams } = new URL(request.path, this.url);
    this.log.push(`${request.method} ${pathname}`);
    const at = this.#faults.findIndex(({ path }) => path === pathname);
    const fault = at === -1 ? undefined : this.#faults.splice(at, 1)[0]?.fault;
    if (typeof fault === 'function') return fault;
    const work = this.#work(request, pathname, searchParams);
    return fault === 'lost' ? (socket) => socket.resetAndDestroy() : work;
  }

  #work(request: Received, path: string, query: URLSearchParams): Behaviour {
    if (request.headers['authorization'] !== `Bearer ${this.key}`) {
      return failure(401, 'Authentication required');
    }
    const list = this.lists[path];
    if (request.method === 'GET' && list !== undefined) return success(list);
    if (request.method === 'GET' && path === '/alerts/filter') return this.#filter(query);
    if (request.method === 'POST' && path === '/alerts/add') return this.#add(request.body);
    return answer(404, '<html>Not Found</html>');
  }

  /** As the real one: references and sources that contain the text, whatever is around it. */
  #filter(query: URLSearchParams): Behaviour {
    if (!this.mayRead) return failure(403, 'Permission denied');
    const contains = (alert: JsonObject, key: string, name: string) =>
      textOf(alert[key])
        .toLowerCase()
        .includes((query.get(name) ?? '').toLowerCase());
    const customer = query.get('alert_customer_id');
    const found = this.alerts.filter(
      (alert) =>
        contains(alert, 'alert_source_ref', 'source_reference') &&
        contains(alert, 'alert_source', 'alert_source') &&
        (customer === null || textOf(alert['alert_customer_id']) === customer),
    );
    const fields = query.get('fields')?.split(',');
    const shown = found.map((alert) =>
      Object.fromEntries(Object.entries(alert).filter(([key]) => fields?.includes(key) ?? true)),
    );
    return success({ total: found.length, alerts: shown, last_page: 1, current_page: 1 });
  }

  #add(body: string): Behaviour {
    const alert = JSON.parse(body) as JsonObject;
    const missing = ['title', 'severity_id', 'status_id', 'customer_id']
      .map((name) => `alert_${name}`)
      .filter((name) => alert[name] === undefined);
    if (missing[0] !== undefined) {
      return failure(400, `{'${missing[0]}': ['Missing data for required field.']}`);
    }
    const iocs = (alert['alert_iocs'] ?? []) as JsonObject[];
    if (iocs.some((ioc) => textOf(ioc['ioc_value']).includes('_'))) {
      return failure(400, "{'ioc_ioc_value': [\"The input doesn't match the expected format\"]}");
    }
    for (const asset of (alert['alert_assets'] ?? []) as JsonObject[]) {
      if (!this.#has('/manage/asset-type/list', 'asset_id', asset['asset_type_id'])) {
        return failure(400, "{'asset_type_id': ['Invalid asset type ID']}");
      }
    }
    if (!this.entitled.includes(Number(alert['alert_customer_id']))) {
      return failure(400, 'User not entitled to create alerts for the client');
    }
    if (!this.#has('/manage/severities/list', 'severity_id', alert['alert_severity_id'])) {
      return failure(400, '(psycopg2.errors.ForeignKeyViolation) insert or update on "alerts"');
    }
    if (holdsNul(alert)) {
      return failure(400, 'A string literal cannot contain NUL (0x00) characters.');
    }
    const stored = { alert_id: 3826 + this.alerts.length, ...alert };
    this.alerts.push(stored);
    return success(stored);
  }

  #has(path: string, idKey: string, id: JsonValue | undefined): boolean {
    return (this.lists[path] as JsonObject[]).some((row) => row[idKey] === id);
  }
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}

function holdsNul(value: JsonValue): boolean {
  if (typeof value === 'string') return value.includes('\0');
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsNul);
}

function rows(what: string, entries: readonly (readonly [number, string])[]): JsonObject[] {
  return entries.map(([id, name]) => ({
    [`${what}_id`]: id,
    [`${what}_name`]: name,
    [`${what}_description`]: name,
  }));
}

function success(data: JsonValue): Behaviour {
  return answer(200, JSON.stringify({ status: 'success', message: '', data }));
}

function failure(status: number, message: string): Behaviour {
  return answer(status, JSON.stringify({ status: 'error', message, data: [] }));
}
