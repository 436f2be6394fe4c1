import type { TextLog } from '../core/log.ts';

/**
 * Has what Node itself would print come into the log: printing waits for whoever reads standard error.
 * @param end ends the process, once the log has been written.
 */
export function reportNode(log: TextLog, end: () => void): void {
  process.removeAllListeners('warning');
  process.on('warning', ({ message }) => log.debug('warning of Node', { warning: message }));
  process.on('uncaughtException', (error: unknown) => {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    log.error('exits because of a bug in integratord', { stack: stack.replace(/\s*\n\s*/g, ' ') });
    end();
  });
}
