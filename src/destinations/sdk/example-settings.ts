import { readOwnSettings, settingsOf } from '../../core/destination-settings.ts';
import type { Integration } from '../../core/integration.ts';
import { Secret } from '../../core/secret.ts';
import type { Definition } from './define.ts';

/**
 * Settings for looking at a message where the real ones cannot work: what is wrong or missing comes
 * from the definition's examples.
 */
export function fromExamples(
  definition: Definition,
  integration: Integration,
): Record<string, unknown> {
  const filled = withExamples(definition, integration);
  const own = readOwnSettings(definition.settings, filled, definition.title);
  if (own.ok) return own.settings;
  const examples = withExamples(definition, {
    ...integration,
    hookUrl: undefined,
    apiKey: undefined,
    options: undefined,
    settings: {},
  });
  const fallback = readOwnSettings(definition.settings, examples, definition.title);
  // A contract test holds every definition to it.
  if (!fallback.ok) throw new Error(`${definition.name}: ${fallback.problem.reason}`);
  return fallback.settings;
}

/** The integration, with the definition's examples for all that is not given. */
export function withExamples(definition: Definition, integration: Integration): Integration {
  const { settings: examples } = definition.examples;
  const options: Integration['options'] = {};
  let { hookUrl, apiKey } = integration;
  for (const { name, place, isOpen } of settingsOf(definition.settings)) {
    const value = examples[name];
    if (value === undefined || isOpen) continue;
    if (place === 'options') options[name] = value;
    if (typeof value !== 'string') continue;
    if (place === 'hook_url') hookUrl ??= new Secret(value);
    if (place === 'api_key') apiKey ??= new Secret(value);
  }
  const isEmpty = Object.keys(options).length === 0;
  return {
    ...integration,
    hookUrl,
    apiKey,
    options: isEmpty ? integration.options : { ...options, ...integration.options },
  };
}
