import { userInfo } from 'node:os';

/**
 * Who calls a command, as far as the system knows. To be asked before the command becomes the user that
 * the outbox belongs to.
 */
export function operator(): string {
  const before = process.env['SUDO_USER'];
  try {
    const { username } = userInfo();
    return before === undefined || before === '' ? username : `${username} (sudo by ${before})`;
  } catch {
    return `user ${process.getuid?.() ?? 'unknown'}`;
  }
}
