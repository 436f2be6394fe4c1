import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { anIntegration } from '../../../test/support/jobs.ts';
import {
  anAcceptedAlert,
  anIdentity,
  anIntake,
  openTestDatabase,
} from '../../../test/support/outbox.ts';
import { tempDir } from '../../../test/support/temp-dir.ts';
import { readAlert } from '../../alert/formats/read-alert.ts';
import { routingRecord } from '../../app/routing-record.ts';
import type { PreparedIntegration, Setup } from '../../app/setup.ts';
import { readConditions, type WrittenConditions } from '../../conditions/read.ts';
import type { Integration } from '../../core/integration.ts';
import { AlertHistory } from '../../outbox/alert-history.ts';
import { Configurations } from '../../outbox/configurations.ts';
import type { Database } from '../../outbox/database.ts';
import { SqliteOutbox } from '../../outbox/sqlite-outbox.ts';
import { Style } from '../style.ts';
import { Explainer, type Explanation } from './explanation.ts';
import { explanationJson } from './json.ts';
import { givenSubject, storedSubjects } from './subjects.ts';
import { explanationText } from './text.ts';

const HOUR = 3_600_000;
const THEN = Date.UTC(2026, 7, 20, 12);
const NOW = THEN + 24 * HOUR;

const LINE = JSON.stringify({
  timestamp: '2026-08-20T12:30:00.000+0000',
  rule: { level: 5, id: '5710', groups: ['sshd'], description: 'failed \u001b[2J login\n' },
  agent: { id: '001', name: 'web\u202e01' },
  id: '1787229000.1',
  location: 'auth.log',
});

let database: Database;
let configurations: Configurations;
let history: AlertHistory;
beforeEach(() => {
  database = openTestDatabase(tempDir());
  configurations = new Configurations(database);
  history = new AlertHistory(database);
  onTestFinished(() => database.close());
});

interface One {
  readonly filters?: Partial<Integration>;
  readonly written?: WrittenConditions;
  readonly reason?: string;
}

function setupOf(all: Readonly<Record<string, One>>): Setup {
  const integrations = Object.entries(all).map(([id, { filters, written = {}, reason }]) => ({
    integration: anIntegration({ id, name: id.replace(/#.*/, ''), ...filters }),
    conditions: readConditions(written).conditions,
    unusable: reason === undefined ? undefined : { reason },
  }));
  return {
    integrations: integrations as unknown as PreparedIntegration[],
    secrets: [],
  } as unknown as Setup;
}

const inForce = (at: number, all: Readonly<Record<string, One>>) =>
  configurations.inForce(routingRecord(setupOf(all)), at);

function explain(all: Readonly<Record<string, One>>, onlyNow = false, line = LINE): Explanation {
  const alert = readAlert(Buffer.from(line));
  if (typeof alert === 'string') throw new Error(alert);
  const explainer = new Explainer({ setup: setupOf(all), configurations, now: NOW, onlyNow });
  return explainer.explain(
    givenSubject(alert, { foundIn: 'input', path: undefined }, history, NOW),
  );
}

const saysOf = ({ integrations }: Explanation) =>
  integrations.map(({ id, verdict, by, now }) => [id, verdict, by, now]);

describe('an alert is explained', () => {
  it('by the present configuration, where it is the one of then', () => {
    const same = { slack: { written: { only: { level: '>= 7' } } } };
    inForce(THEN, same);
    const explanation = explain(same);
    expect(explanation).toMatchObject({ config: 'now', configSince: undefined });
    expect(saysOf(explanation)).toEqual([['slack', 'only', 'only.level', undefined]]);
  });

  it('by the one of then, with what would be different now', () => {
    inForce(THEN, {
      slack: { written: { only: { level: '>= 7' } } },
      jira: { filters: { level: 3 } },
      old: {},
    });
    inForce(THEN + HOUR, { slack: { filters: { level: 16 } } });
    const present = {
      slack: { filters: { level: 3 } },
      jira: { filters: { level: 3 }, written: { when: 'rule.level > 9' } },
      added: {},
    };
    const explanation = explain(present);
    expect(explanation).toMatchObject({ config: 'then', configSince: THEN });
    expect(saysOf(explanation)).toEqual([
      ['slack', 'only', 'only.level', { verdict: 'send' }],
      ['jira', 'send', undefined, { verdict: 'when' }],
      ['old', 'send', undefined, null],
      ['added', 'send', undefined, undefined],
    ]);
    expect(explanationJson(explanation).integrations[3]).toMatchObject({ id: 'added', new: true });
    const text = explanationText(explanation, new Style(false));
    expect(text).toContain('decided by the configuration then, of 2026-08-20T12:00:00.000Z');
    expect(text).toContain('now it would be sent\n');
    expect(text).toContain('now it would be refused by when\n');
    expect(text).toContain('it is not configured any more\n');
    expect(text).toContain('it was not configured then');
    expect(explain(present, true)).toMatchObject({ config: 'now' });
    expect(saysOf(explain(present, true))).toEqual([
      ['slack', 'send', undefined, undefined],
      ['jira', 'when', undefined, undefined],
      ['added', 'send', undefined, undefined],
    ]);
  });

  it('by the present one, and says so, where that of then is not known', () => {
    inForce(THEN + HOUR, { slack: {} });
    expect(explain({ slack: {} })).toMatchObject({
      config: 'now',
      configNote: 'none is kept from that time',
    });
    configurations.inForce('no record', THEN + 1);
    database.execute(`UPDATE configuration SET since = ${THEN}`);
    expect(explain({ slack: {} })).toMatchObject({
      config: 'now',
      configNote: 'that of the time could not be kept',
    });
  });

  it('at the time of then: an exception that is over now counted', () => {
    const until = { except: [{ rules: 5710, until: '2026-08-20' }] };
    const same = { slack: { written: until } };
    inForce(THEN, same);
    expect(saysOf(explain(same))).toEqual([['slack', 'except', 'except[0]', { verdict: 'send' }]]);
  });

  it('with its deliveries, also those of removed integrations and of the manager', () => {
    const outbox = new SqliteOutbox(database);
    inForce(THEN, { slack: {}, jira: {} });
    const lanes = ['slack', 'jira', '@manager', 'gone'].map((id) => anIdentity(id));
    outbox.assignLanes(lanes, 0);
    const alert = anAcceptedAlert(LINE, [1, 2, 4], 5, '1787229000.1');
    outbox.accept(
      anIntake([alert, anAcceptedAlert('1:x:{}', [3], 0, '1787229000.1')]),
      THEN + 60_000,
    );
    outbox.assignLanes([anIdentity('slack'), anIdentity('@manager')], 0);
    const [subject] = storedSubjects(history, '1787229000.1', NOW);
    const explainer = new Explainer({
      setup: setupOf({ slack: { reason: 'no address' } }),
      configurations,
      now: NOW,
      onlyNow: false,
    });
    const explanation = explainer.explain(subject as NonNullable<typeof subject>);
    expect(explanation).toMatchObject({ foundIn: 'outbox', readAt: THEN + 60_000 });
    expect(
      explanation.integrations.map(({ id, deliveries }) => [
        id,
        deliveries.map((one) => one.state),
      ]),
    ).toEqual([
      ['slack', ['pending']],
      ['jira', ['parked']],
      ['gone (removed)', ['parked']],
      ['@manager', ['pending']],
    ]);
    const text = explanationText(explanation, new Style(false));
    expect(text).toContain('it cannot run: no address\n');
    expect(text).toContain(
      'parked, waits until the integration is fixed\n      its integration is no',
    );
  });

  it('without anything that could steer a terminal, but for its own colours', () => {
    const text = explanationText(explain({ slack: { filters: { level: 7 } } }), new Style(true));
    expect(text).toContain('failed \\x1b[2J login\\x0a');
    expect(text).toContain('web\\u202e01 (001)');
    expect(text.replace(/\u001b\[\d+m/g, '')).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
    expect(text).toContain('\u001b[31m✗\u001b[39m level  5  ');
  });
});
