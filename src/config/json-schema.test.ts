import { expect, it } from 'vitest';
import { z } from 'zod';
import { configDestinations } from '../../test/support/config-destinations.ts';
import { settingsJsonSchema } from './json-schema.ts';

const text = JSON.stringify(settingsJsonSchema(configDestinations().builtins));
const schema = z.fromJSONSchema(JSON.parse(text) as z.core.JSONSchema.JSONSchema);

it.each([
  [{}, true],
  [{ integrations: { slack: { concurrency: 2, message: 'original' } } }, true],
  [{ integrations: { shuffle: { skip_rules: [5710] } } }, true],
  [{ integrations: { room: { type: 'slack', hook_url: 'https://h/s', level: 10 } } }, true],
  [{ integrations: { room: { type: 'jira', project: 'SEC', group: ['a'] } } }, true],
  [{ integrations: { room: { type: 'slack', project: 'SEC' } } }, false],
  [{ integrations: { room: { type: 'jira' } } }, false],
  [{ integrations: { room: { type: 'nowhere' } } }, false],
  [{ integrations: { slack: { concurency: 2 } } }, false],
  [{ integrations: { slack: { concurrency: 0 } } }, false],
  [{ outbox: { max_megabytes: 1 } }, false],
  [{ outboxes: {} }, false],
])('%j is right: %s', (settings, isRight) => {
  expect(schema.safeParse(settings).success).toBe(isRight);
});

it('says nothing that only the program understands', () => {
  expect(text).not.toContain('"place"');
  expect(text).toContain('"description"');
});
