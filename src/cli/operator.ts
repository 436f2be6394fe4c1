import { userInfo } from 'node:os';
import type { Operator } from '../core/operator.ts';

/**
 * Who calls a command, as far as the system knows. To be asked before the command becomes the user that
 * the outbox belongs to.
 */
export function operator(): Operator {
  const sudoUser = process.env['SUDO_USER'] || undefined;
  const uid = process.getuid?.();
  try {
    const { username } = userInfo();
    const who = sudoUser === undefined ? username : `${username} (sudo by ${sudoUser})`;
    return { who, uid, sudoUser };
  } catch {
    return { who: `user ${uid ?? 'unknown'}`, uid, sudoUser };
  }
}
