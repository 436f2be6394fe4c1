import { expect, it } from 'vitest';
import { formatDiagnostic } from './diagnostic.ts';

it('reads as editors expect', () => {
  const message = '<level> is 17; it must be between 0 and 16.';
  expect(
    formatDiagnostic({ severity: 'warning', file: 'etc/ossec.conf', line: 3, column: 12, message }),
  ).toBe(`etc/ossec.conf:3:12: warning: ${message}`);
});
