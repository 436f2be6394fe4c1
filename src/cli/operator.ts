import { userInfo } from 'node:os';

/** Who gives a command, as far as the system knows. To be asked before the command becomes another. */
export function operator(): string {
  const before = process.env['SUDO_USER'];
  try {
    const { username } = userInfo();
    return before === undefined || before === '' ? username : `${username} (sudo by ${before})`;
  } catch {
    return `user ${process.getuid?.() ?? 'unknown'}`;
  }
}
