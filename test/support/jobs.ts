import { Alert } from '../../src/alert/alert.ts';
import type { JsonValue } from '../../src/alert/json.ts';
import type { Job } from '../../src/core/destination.ts';
import type { Integration } from '../../src/core/integration.ts';

/** An integration with the reference's defaults. */
export function anIntegration(overrides: Partial<Integration> = {}): Integration {
  return {
    id: 'test',
    name: 'test',
    hookUrl: undefined,
    apiKey: undefined,
    level: 0,
    ruleIds: undefined,
    group: undefined,
    eventLocation: undefined,
    maxLog: 165,
    alertFormat: undefined,
    options: undefined,
    optionsText: undefined,
    timeout: 10,
    timeoutIsSet: false,
    retries: 3,
    retriesAreSet: false,
    settings: {},
    source: { file: 'ossec.conf', line: 1, column: 1 },
    ...overrides,
  };
}

/** An alert from a value, from text, or from bytes as they stand. */
export function anAlert(value: JsonValue | Buffer): Alert {
  return new Alert(Buffer.isBuffer(value) ? value : Buffer.from(JSON.stringify(value)));
}

export function aJob(alert: Alert, integration: Integration, key = 'k'.repeat(32)): Job {
  return { alert, integration, key, attempts: 0 };
}
