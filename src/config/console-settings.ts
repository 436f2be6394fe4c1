import { z } from 'zod';
import { listenPlace } from '../core/listen.ts';
import type { ConsoleSettings } from '../core/settings.ts';

/** The most patterns of what is hidden, and the most names of the machine. */
const MOST_ENTRIES = 100;

const listen = z.string().superRefine((text, context) => {
  const place = listenPlace(text);
  if (typeof place === 'string') context.addIssue({ code: 'custom', message: place });
});

/** Rights of a socket: in YAML 0660 is a number, and read as a text again. */
const mode = z
  .union([z.string(), z.int()], { error: 'must be the rights of the socket, such as 0660' })
  .refine((value) => /^0?[67][0-7]0$/.test(String(value)), {
    error: 'must let in its owner and nobody but its group, such as 0600 or 0660',
  });

/** What `console` may contain. */
export const consoleSettings = z
  .strictObject({
    listen: listen.describe(
      'Where the console listens: the absolute path of a socket, or 127.0.0.1 with a port.',
    ),
    mode: mode.optional().describe('Who may connect to the socket. Default: 0600.'),
    write: z
      .boolean()
      .optional()
      .describe('Whether people may act, rather than only look. Default: false.'),
    users_file: z
      .string()
      .regex(/^\//, { error: 'must be an absolute path' })
      .optional()
      .describe('The file of those who may log in. Must be given unless it listens on a socket.'),
    hosts: z
      .array(z.string().regex(/^[a-z\d.-]+$/i, { error: 'must be the name of a host' }))
      .max(MOST_ENTRIES)
      .optional()
      .describe('Names besides localhost that browsers may call the console by.'),
    hide: z
      .array(
        z.string().regex(/^[^.\s]+(?:\.[^.\s]+)*$/, { error: 'must be a path such as data.x' }),
      )
      .max(MOST_ENTRIES)
      .optional()
      .describe(
        'Fields of alerts that viewers do not see, as paths in which * stands for anything.',
      ),
  })
  .superRefine(({ listen, users_file: users, mode }, context) => {
    const place = listenPlace(listen);
    if (typeof place === 'string') return;
    if (place.kind === 'loopback' && users === undefined) {
      const message =
        'every user of this machine reaches this address: users_file must say who may log in';
      context.addIssue({ code: 'custom', path: ['listen'], message });
    }
    if (place.kind === 'loopback' && mode !== undefined) {
      context.addIssue({ code: 'custom', path: ['mode'], message: 'only a socket has rights' });
    }
  })
  .optional()
  .describe('The web page that the daemon serves. Off unless this is there.');

/** In the words of the program; undefined: there is no console. */
export function consoleOf(raw: z.infer<typeof consoleSettings>): ConsoleSettings | undefined {
  if (raw === undefined) return undefined;
  const place = listenPlace(raw.listen);
  if (typeof place === 'string') return undefined;
  return {
    listen: place,
    mode: Number.parseInt(String(raw.mode ?? '600'), 8),
    write: raw.write ?? false,
    usersFile: raw.users_file,
    hosts: raw.hosts ?? [],
    hide: raw.hide ?? [],
  };
}
