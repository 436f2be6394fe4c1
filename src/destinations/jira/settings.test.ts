import { describe, expect, it } from 'vitest';
import { anIntegration } from '../../../test/support/jobs.ts';
import type { JsonObject } from '../../alert/json.ts';
import { readOwnSettings } from '../../core/destination-settings.ts';
import { Secret } from '../../core/secret.ts';
import { issueOptions, settings } from './settings.ts';

function read(options: JsonObject | undefined, hookUrl = 'https://acme.atlassian.net') {
  const integration = anIntegration({
    options,
    hookUrl: new Secret(hookUrl),
    apiKey: new Secret('user:token'),
  });
  const own = readOwnSettings(settings, integration, 'Jira');
  return own.ok ? issueOptions(own.settings) : own.problem.reason;
}

describe('the options of Jira', () => {
  it('have sensible defaults', () => {
    expect(read({ project: 'SEC' })).toEqual({
      project: 'SEC',
      issueType: 'Task',
      labels: [],
      fields: {},
      priorities: [
        [13, 'Highest'],
        [10, 'High'],
        [7, 'Medium'],
        [5, 'Low'],
        [0, 'Lowest'],
      ],
      groupFollowUps: false,
      apiVersion: 3,
    });
  });

  it('are all read', () => {
    const fields = { customfield_1: [{ id: '3' }], components: [{ name: 'IDS' }] };
    expect(
      read({
        project: 10_000,
        issue_type: 'Incident',
        labels: ['soc'],
        fields,
        priorities: { '3': 'Minor', '12': 'Major' },
        group_follow_ups: true,
        api_version: 2,
      }),
    ).toEqual({
      project: '10000',
      issueType: 'Incident',
      labels: ['soc'],
      fields,
      priorities: [
        [12, 'Major'],
        [3, 'Minor'],
      ],
      groupFollowUps: true,
      apiVersion: 2,
    });
    expect(read({ project: 'SEC', priorities: null })).toMatchObject({ priorities: [] });
  });

  it.each([
    ['https://jira.example/rest/api/2/issue', 2],
    ['https://jira.example/ctx/rest/api/2', 2],
    ['https://jira.example/rest/api/3/issue', 3],
    ['https://jira.example/rest/api/20', 3],
  ])('take the version from %s', (hookUrl, apiVersion) => {
    expect(read({ project: 'SEC' }, hookUrl)).toMatchObject({ apiVersion });
    expect(read({ project: 'SEC', api_version: 3 }, hookUrl)).toMatchObject({ apiVersion: 3 });
  });

  it.each([
    [
      undefined,
      '<options>: "project" must name the Jira project by its key, as in <options>{"project": "SEC"',
    ],
    [{}, '"project" must name'],
    [{ project: '' }, '"project" must name'],
    [{ project: 'SEC" OR project != "' }, '"project" must name'],
    [{ project: ['SEC'] }, '"project" must name'],
    [{ project: 'SEC', issue_type: '' }, '"issue_type" must be the name'],
    [{ project: 'SEC', labels: ['a b'] }, '"labels" must be a list of labels without whitespace'],
    [{ project: 'SEC', labels: 'a' }, '"labels" must be'],
    [{ project: 'SEC', fields: { labels: ['x'] } }, '"fields" must be an object'],
    [{ project: 'SEC', fields: [] }, '"fields" must be'],
    [{ project: 'SEC', priorities: { high: 'x' } }, '"priorities" must map'],
    [{ project: 'SEC', priorities: { '12': 3 } }, '"priorities" must map'],
    [{ project: 'SEC', group_follow_ups: 'yes' }, '"group_follow_ups" must be true or false'],
    [{ project: 'SEC', api_version: 4 }, '"api_version" must be 3'],
    [
      { project: 'SEC', issuetype: 'Bug' },
      '<options>: Jira has no option "issuetype"; there are project, issue_type',
    ],
    [{ project: 'SEC', customfield_1: 'x' }, 'Jira has no option "customfield_1"'],
  ] as [JsonObject | undefined, string][])('are refused: %j', (options, words) => {
    expect(read(options)).toContain(words);
  });

  it('are refused without being repeated', () => {
    expect(read({ project: 'p4ssw0rd!' })).not.toContain('p4ssw0rd');
  });
});
