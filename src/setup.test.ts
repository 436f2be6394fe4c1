import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHome, type Home } from '../test/support/home.ts';
import { enabledIntegrations, readSetup, type Setup } from './setup.ts';

let home: Home;

beforeEach(() => {
  home = createHome('');
});
afterEach(() => {
  home.remove();
});

function setup(blocks: string): Setup {
  home.configure(blocks);
  const { path, config, alerts, state } = home;
  return readSetup({ home: path, config, alerts, state, settings: undefined }, {});
}

const IRIS = `<integration><name>custom-iris</name>
<hook_url>https://iris.example</hook_url><api_key>KEY-1234</api_key></integration>`;
const JIRA = `<integration><name>custom-jira</name>
<hook_url>https://acme.atlassian.net</hook_url><api_key>a@b.example:t</api_key>
<options>{"project": "SEC"}</options></integration>`;

describe('built-in integrations under a name of their own', () => {
  it('need no script', () => {
    const { integrations, diagnostics } = setup(IRIS + JIRA);
    expect(diagnostics).toEqual([]);
    expect(integrations.map(({ destination }) => destination?.name)).toEqual(['iris', 'jira']);
    expect(integrations.map(({ disabledReason }) => disabledReason)).toEqual([
      undefined,
      undefined,
    ]);
    expect(integrations[0]?.destinationNote).toContain('built in; there is no script');
  });

  it('step back behind a script', () => {
    home.addScript('custom-iris', '#!/bin/sh\n');
    const [entry] = enabledIntegrations(
      setup('<integration><name>custom-iris</name></integration>'),
    );
    expect(entry?.destination.title).toBe('Script');
    expect(entry?.destinationNote).toContain('before the built-in DFIR-IRIS');
  });

  it.each([
    [IRIS.replace(/<hook_url>.*<\/hook_url>/, ''), 'DFIR-IRIS needs <hook_url>, and this'],
    [IRIS.replace('KEY-1234', ' '), 'DFIR-IRIS needs <api_key>, and this'],
    [IRIS.replace('KEY-1234', 'KEY 1234'), '<api_key> holds blanks'],
    [JIRA.replace('a@b.example:t', 'to ken'), '<api_key> holds blanks'],
    [IRIS.replace('https://', ''), '<hook_url> is no address that begins with http'],
    [JIRA.replace(/<options>.*<\/options>/, ''), '"project" must name the Jira project'],
    [JIRA.replace('"project"', '"projekt"'), 'know no "projekt" for Jira'],
    ['<integration><name>custom-slack</name></integration>', 'Slack needs <hook_url>, and this'],
    [
      '<integration><name>custom-pagerduty</name></integration>',
      'PagerDuty needs <api_key>, and this',
    ],
  ])('are not enabled when their settings cannot work, and say why: %s', (block, words) => {
    const { integrations, diagnostics } = setup(`\n  ${block}${IRIS}`);
    expect(integrations.map(({ disabledReason }) => disabledReason === undefined)).toEqual([
      false,
      true,
    ]);
    expect(integrations[0]?.disabledReason).toContain(words);
    const warning = diagnostics.find(({ message }) => message.includes('not enabled'));
    expect(warning).toMatchObject({ severity: 'warning', file: home.config, line: 3, column: 3 });
    expect(warning?.message).toContain(words);
    expect(warning?.message).not.toContain('KEY-1234');
  });
});

it('says when a script is missing, and leaves its settings alone when it is there', () => {
  const block = `<integration><name>custom-own</name><hook_url>not an address</hook_url></integration>`;
  expect(setup(block).integrations[0]?.disabledReason).toBe(
    `its script ${join(home.path, 'integrations', 'custom-own')} does not exist`,
  );
  home.addScript('custom-own', '#!/bin/sh\n');
  expect(setup(block).integrations[0]?.disabledReason).toBeUndefined();
});
