import { z } from 'zod';
import { listenPlace } from '../core/listen.ts';
import type { ControlSettings } from '../core/settings.ts';

const readSocket = z.string().superRefine((text, context) => {
  const place = listenPlace(text);
  if (typeof place !== 'string' && place.kind === 'socket') return;
  const message =
    typeof place === 'string' && text.startsWith('/')
      ? place
      : 'must be the absolute path of a socket, such as /run/integratord/read.sock';
  context.addIssue({ code: 'custom', message });
});

const group = z
  .union([z.string(), z.int()], { error: 'must be the name or the number of a group' })
  .refine((value) => /^(?:[^\s:,/-][^\s:,/]*)$/.test(String(value)), {
    error: 'must be the name or the number of a group',
  });

/** `control` in the settings file: who else may ask the daemon how it does. */
export const controlSettings = z
  .strictObject({
    read_socket: readSocket.describe(
      'The absolute path of a socket that answers status, metrics and events, and does nothing else.',
    ),
    group: group
      .optional()
      .describe(
        'Who may connect to it: the name or the number of a group. Default: the group that its directory gives, or that of the daemon.',
      ),
  })
  .optional()
  .describe('A second control socket, for those who may only look. Off unless this is there.');

/** In the words of the program; undefined: there is none. */
export function controlOf(raw: z.infer<typeof controlSettings>): ControlSettings | undefined {
  if (raw === undefined) return undefined;
  return {
    readSocket: raw.read_socket,
    group: raw.group === undefined ? undefined : String(raw.group),
  };
}
