import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createHome, type Home } from './home.ts';
import { COMMAND, DaemonProcess, until } from './program.ts';
import { Sink } from './sink.ts';

/** What would do something on a page that took it for more than text. */
export const HOSTILE =
  `"'><img src=x onerror="window.hacked=1"><script>window.hacked=2</script></td></table>` +
  `<svg onload=window.hacked=3>{{7*7}}\${window.hacked=4}\u202etxt\u0007\u0000<!--`;

export interface ConsoleScene {
  readonly home: Home;
  readonly socket: string;
  readonly daemon: DaemonProcess;
  /** What the service answers now. */
  readonly world: { status: number; arrived: number };
}

/** An alert that is hostile in every field that a page shows. */
export function hostileAlert(number: number, level = 10): string {
  return JSON.stringify({
    timestamp: '2026-08-20T11:22:31.771+0000',
    rule: { level, description: `${HOSTILE} ${number}`, id: '5712', groups: [HOSTILE] },
    agent: { id: '001', name: HOSTILE },
    id: `1787224951.${number}`,
    full_log: `${HOSTILE} topsecret-log`,
    location: HOSTILE,
    [HOSTILE]: HOSTILE,
  });
}

/** A daemon with a console on a socket, two integrations and a service that answers as the test says. */
export async function consoleScene(settings = 'write: true'): Promise<ConsoleScene> {
  const world = { status: 200, arrived: 0 };
  const sink = await Sink.start(() => {
    if (world.status === 200) world.arrived += 1;
    return {
      status: world.status,
      body: world.status === 200 ? 'ok' : `invalid_payload ${HOSTILE}`,
    };
  });
  onTestFinished(() => sink.close());
  const block = (level: number) =>
    `<integration><name>slack</name><hook_url>${sink.url}/secret-hook-path</hook_url><level>${level}</level><alert_format>json</alert_format></integration>\n`;
  const home = createHome(block(3) + block(9));
  onTestFinished(() => home.remove());
  const socket = join(home.path, 'console.sock');
  writeFileSync(
    join(home.path, 'etc', 'integratord.yaml'),
    `console: { listen: ${socket}, ${settings} }\n`,
  );
  const daemon = await DaemonProcess.start(home.path);
  onTestFinished(() => daemon.kill());
  await daemon.logged('console listens');
  return { home, socket, daemon, world };
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** Asks a console, by its socket or its port. */
export function ask(
  place: string | number,
  path: string,
  {
    method = 'GET',
    headers = {},
    body,
  }: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const to =
      typeof place === 'string' ? { socketPath: place } : { host: '127.0.0.1', port: place };
    const asked = request(
      { ...to, method, path, headers: { host: 'localhost:7780', ...headers }, agent: false },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
        );
      },
    );
    asked.on('error', reject);
    asked.end(body);
  });
}

/** Sends a form as a page of the console does. */
export function send(
  place: string | number,
  path: string,
  form: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return ask(place, path, {
    method: 'POST',
    headers: {
      origin: 'http://localhost:7780',
      'sec-fetch-site': 'same-origin',
      'sec-fetch-mode': 'navigate',
      'content-type': 'application/x-www-form-urlencoded',
      ...headers,
    },
    body: new URLSearchParams(form).toString(),
  });
}

/** The id of the first form of a page that has one. */
export function formIdOf({ body }: Answer): string {
  return /name="form" value="([\w-]+)"/.exec(body)?.[1] ?? '';
}

/** A line of a users file. */
export function userLine(name: string, role: string, password: string): string {
  const { stdout } = spawnSync(process.execPath, [COMMAND, 'console-user', name, '--role', role], {
    input: `${password}\n`,
    encoding: 'utf8',
  });
  return stdout;
}

/** Waits until a page says something. */
export async function untilPage(place: string, path: string, text: string | RegExp): Promise<void> {
  await until(async () => {
    const { body } = await ask(place, path);
    return typeof text === 'string' ? body.includes(text) : text.test(body);
  }, `${path} says ${text}`);
}
