import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { BUNDLE_KINDS } from '../src/core/bundle.ts';
import {
  COUNTED_STATES,
  QUOTA_WINDOWS,
  SETTLED_OUTCOMES,
  SHOWN_LANE_STATES,
} from '../src/telemetry/label-values.ts';
import { METRIC_PREFIX, METRICS, type MetricName } from '../src/telemetry/metric-names.ts';
import { lacksPromtool, promtool } from './support/promtool.ts';
import { tempDir } from './support/temp-dir.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');

interface Rule {
  readonly alert: string;
  readonly expr: string;
}
interface Rules {
  readonly groups: readonly { readonly name: string; readonly rules: readonly Rule[] }[];
}
interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: {
    readonly x: number;
    readonly y: number;
    readonly w: number;
    readonly h: number;
  };
  readonly targets?: readonly { readonly expr: string }[];
}
interface Dashboard {
  readonly panels: readonly Panel[];
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly query: string | { query: string } }[];
  };
  readonly annotations: { readonly list: readonly { readonly expr: string }[] };
}

const RULES = 'contrib/prometheus/integratord.rules.yml';
const RULE_TESTS = 'contrib/prometheus/integratord.rules.test.yml';
const DASHBOARD = 'contrib/grafana/integratord.json';
const rules = (parse(read(RULES)) as Rules).groups.flatMap((group) => group.rules);
const dashboard = JSON.parse(read(DASHBOARD)) as Dashboard;
const expressions = [
  ...rules.map(({ alert, expr }) => [alert, expr] as const),
  ...dashboard.panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }) => [title, expr] as const),
  ),
  ...dashboard.annotations.list.map(({ expr }) => ['annotation', expr] as const),
];

/** The definition of a metric by the name of a series of it; undefined where there is none. */
function metricOf(series: string) {
  const name = series.slice(METRIC_PREFIX.length);
  if (Object.hasOwn(METRICS, name)) return METRICS[name as MetricName];
  const family = name.replace(/_(?:bucket|sum|count)$/, '');
  if (!Object.hasOwn(METRICS, family)) return undefined;
  const metric = METRICS[family as MetricName];
  return metric.type === 'histogram' ? metric : undefined;
}

const seriesIn = (text: string) => text.match(/\bintegratord_[a-z_]+/g) ?? [];

describe('names of metrics', () => {
  const pages = [
    'README.md',
    'CHANGELOG.md',
    ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.md'))
      .map((name) => join('docs', name)),
    RULES,
    RULE_TESTS,
    DASHBOARD,
  ];

  it.each(pages)('exist that stand in %s', (path) => {
    const unknown = seriesIn(read(path)).filter((name) => metricOf(name) === undefined);
    // The prefix by itself is no name.
    expect(unknown.filter((name) => name !== METRIC_PREFIX)).toEqual([]);
  });

  it('are found at all', () => {
    expect(seriesIn(read(RULES)).length).toBeGreaterThan(15);
    expect(seriesIn(read(DASHBOARD)).length).toBeGreaterThan(30);
    expect(metricOf('integratord_attempt_duration_seconds_bucket')).toBeDefined();
    expect(metricOf('integratord_outbox_bytes_sum')).toBeUndefined();
  });

  it('have units and `_total` as Prometheus wants them', () => {
    for (const [name, { type }] of Object.entries(METRICS)) {
      expect([name, name.endsWith('_total')]).toEqual([name, type === 'counter']);
    }
  });
});

describe('expressions of rules and dashboard', () => {
  /** What Prometheus adds, and the bounds of histograms. */
  const ADDED = ['instance', 'job', 'le', '__name__'];
  const VALUES: Readonly<Record<string, readonly string[]>> = {
    outcome: [...SETTLED_OUTCOMES, 'retry', 'park', 'reject'],
    state: [...SHOWN_LANE_STATES, ...COUNTED_STATES],
    window: QUOTA_WINDOWS,
    kind: BUNDLE_KINDS,
  };

  it.each(expressions)('%s asks only labels that its metrics have', (_, expr) => {
    for (const [, series = '', selector = ''] of expr.matchAll(
      /(integratord_[a-z_]+)\{([^}]*)\}/g,
    )) {
      const labels: readonly string[] = metricOf(series)?.labels ?? [];
      for (const [, label = '', value = ''] of selector.matchAll(/(\w+)\s*[!=]=?~?\s*"([^"]*)"/g)) {
        expect([...labels, ...ADDED]).toContain(label);
        const values = value === '' || value.startsWith('$') ? [] : value.split('|');
        expect(VALUES[label] ?? values).toEqual(expect.arrayContaining(values));
      }
    }
  });
});

describe('the dashboard', () => {
  const { panels, templating } = dashboard;

  it('has the variables that its expressions ask', () => {
    const names = templating.list.map(({ name }) => name);
    expect(names).toEqual(['datasource', 'instance', 'integration']);
    const asked = new Set(
      read(DASHBOARD)
        .match(/\$\{?(\w+)/g)
        ?.map((one) => one.replace(/\W/g, '')),
    );
    for (const name of asked) expect([...names, '__rate_interval', '__all']).toContain(name);
  });

  it('has panels that do not lie upon each other', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = new Set<string>();
    for (const { title, gridPos } of panels) {
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          expect([title, cells.has(`${x},${y}`)]).toEqual([title, false]);
          cells.add(`${x},${y}`);
        }
      }
    }
  });
});

describe.skipIf(lacksPromtool())('promtool', () => {
  it('accepts the rules', () => {
    const { code, output } = promtool(['check', 'rules', '--lint-fatal', join(root, RULES)]);
    expect([code, output]).toEqual([0, expect.stringContaining(`${rules.length} rules found`)]);
  });

  it('finds that the rules do what their tests say', () => {
    const { code, output } = promtool(['test', 'rules', join(root, RULE_TESTS)]);
    expect([code, output]).toEqual([0, expect.stringContaining('SUCCESS')]);
  });

  it('notices of each rule when it never comes', () => {
    const directory = tempDir();
    const changed = parse(read(RULES)) as { groups: { rules: { expr: string }[] }[] };
    for (const rule of changed.groups.flatMap((group) => group.rules)) rule.expr = 'vector(0) > 1';
    // JSON is YAML.
    writeFileSync(join(directory, 'integratord.rules.yml'), JSON.stringify(changed));
    writeFileSync(join(directory, 'test.yml'), read(RULE_TESTS));
    const { code, output } = promtool(['test', 'rules', join(directory, 'test.yml')]);
    expect(code).toBe(1);
    const missed = rules.filter(({ alert }) => !output.includes(`alertname: ${alert},`));
    expect(missed).toEqual([]);
  });

  it('accepts all expressions of the dashboard', () => {
    const records = expressions.map(([, expr], number) => ({
      record: `expression_${number}`,
      expr: expr.replaceAll('$__rate_interval', '5m'),
    }));
    const path = join(tempDir(), 'dashboard.yml');
    writeFileSync(path, JSON.stringify({ groups: [{ name: 'dashboard', rules: records }] }));
    const { code, output } = promtool(['check', 'rules', path]);
    expect([code, output]).toEqual([0, expect.stringContaining('SUCCESS')]);
  });
});
