import type { JsonObject } from '../alert/json.ts';
import type { Integration } from '../core/integration.ts';
import { compileSregex } from '../filters/sregex.ts';

/**
 * The effective settings of an integration as the reference reports them (`getconfig integration`
 * of its local socket): the same keys in the same order; what is not set is left out. `location`
 * holds the alternatives of `event_location` in lower case, without `^`, `$` and `!`.
 * It contains key and address in plaintext.
 */
export function effectiveSettings(integration: Integration): JsonObject {
  const { name, hookUrl, apiKey, level, maxLog, ruleIds, group } = integration;
  const { alertFormat, eventLocation, timeout, retries } = integration;
  return {
    name,
    ...(hookUrl !== undefined && { hook_url: hookUrl.reveal() }),
    ...(apiKey !== undefined && { api_key: apiKey.reveal() }),
    level,
    max_log: maxLog,
    ...(ruleIds !== undefined && { rule_id: [...ruleIds] }),
    ...(group !== undefined && { group }),
    ...(alertFormat !== undefined && { alert_format: alertFormat }),
    ...(eventLocation !== undefined && {
      location: [...compileSregex(eventLocation).subpatterns],
    }),
    timeout,
    retries,
  };
}
