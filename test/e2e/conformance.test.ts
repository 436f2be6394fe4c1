import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHome, type Home } from '../support/home.ts';
import { integratord } from '../support/program.ts';

/**
 * The recorded behaviour of the reference, against the program as a user calls it. The rules in it
 * are also tested piece by piece beside the code.
 */
const VECTORS = fileURLToPath(new URL('../fixtures/conformance', import.meta.url));
const FILTERS = join(VECTORS, 'filters');
const rows = <Row>(file: string): Row[] =>
  readFileSync(join(VECTORS, file), 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Row);

let home: Home;
beforeAll(() => {
  home = createHome('');
});
afterAll(() => home.remove());

describe('conformance of the program', () => {
  it('has the same effective settings for all 80 integrations', async () => {
    const conf = join(FILTERS, 'ossec.conf');
    const args = ['--home', home.path, '--config', conf, '--json', '--show-secrets'];
    const { stdout, code } = await integratord(['check', '--lenient', ...args]);
    expect(code).toBe(0);
    const own = JSON.parse(stdout) as { integrations: Record<string, unknown>[] };
    const effective = JSON.parse(readFileSync(join(FILTERS, 'effective-config.json'), 'utf8')) as {
      integration: Record<string, unknown>[];
    };
    expect(effective.integration).toHaveLength(80);
    const added = new Set([
      'id',
      'enabled',
      'disabled_reason',
      'why',
      'alerts_wait',
      'destination',
      'destination_note',
      'options',
      'effective',
      'shares_script_with',
    ]);
    const asRecorded = own.integrations.map((integration) =>
      Object.fromEntries(Object.entries(integration).filter(([key]) => !added.has(key))),
    );
    expect(asRecorded).toEqual(effective.integration);
  });

  it('fires the same integrations for all 400 alerts', async () => {
    const conf = join(FILTERS, 'ossec.conf');
    const alerts = join(FILTERS, 'alerts.jsonl');
    const { stdout } = await integratord(['match', '--config', conf, '--json', alerts]);
    const fires = rows<{ alert: number; fires: string[] }>('filters/fires.jsonl');
    expect(fires).toHaveLength(400);
    const own = stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as { line: number; integrations: string[] });
    expect(own.map(({ line, integrations }) => ({ alert: line, fires: integrations }))).toEqual(
      fires,
    );
  });

  it('would send the same messages', async () => {
    const vectors = rows<PayloadRow>('payloads.jsonl');
    expect(vectors).toHaveLength(240);
    let compared = 0;
    const groups = new Map<string, PayloadRow[]>();
    for (const row of vectors) {
      const key = `${row.integration} ${JSON.stringify(row.options)}`;
      groups.set(key, [...(groups.get(key) ?? []), row]);
    }
    for (const group of groups.values()) {
      const first = group[0] as PayloadRow;
      const options = first.options === null ? '' : JSON.stringify(first.options);
      home.configure(
        `<integration><name>${first.integration}</name><hook_url>http://127.0.0.1:1/x</hook_url>` +
          `<api_key>KEY</api_key><alert_format>json</alert_format>` +
          `${options === '' ? '' : `<options>${options}</options>`}</integration>`,
      );
      const { stdout } = await integratord(
        [
          'preview',
          '--home',
          home.path,
          '--integration',
          first.integration,
          '--json',
          '--show-secrets',
        ],
        { input: group.map((row) => `${JSON.stringify(row.alert)}\n`).join('') },
      );
      const previews = stdout
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as Preview);
      const own = previews.map((preview, index) =>
        comparable(preview, group[index] as PayloadRow, index),
      );
      expect(own).toEqual(group.map(recorded));
      compared += group.filter((row) => row.reference_fails === undefined).length;
    }
    expect(compared).toBe(200);
  });
});

/** What a row says shall be sent; where the reference fails, that something is. */
const recorded = (row: PayloadRow, index: number) =>
  row.reference_fails === undefined ? { index, body: row.payload } : { index, sends: 1 };

/** What was sent, in the same shape as the recorded row of the same place. */
function comparable(preview: Preview, row: PayloadRow, index: number) {
  if (row.reference_fails !== undefined) return { index, sends: preview.requests.length };
  if (preview.skipped !== null) return { index, body: null };
  const { dedup_key: _, ...body } = preview.requests[0]?.body ?? {};
  return { index, body };
}

interface PayloadRow {
  readonly integration: string;
  readonly alert: unknown;
  readonly options: unknown;
  readonly payload?: unknown;
  readonly reference_fails?: string;
}
interface Preview {
  readonly requests: readonly { readonly body: Record<string, unknown> }[];
  readonly skipped: string | null;
}
