import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { NetworkNamespace } from './network-namespace.ts';

/** How the name server behaves. */
export interface NameServer {
  /** Addresses by names. Of other names it says that they do not exist. */
  readonly names: Readonly<Record<string, string>>;
  /** It says nothing about names that match this. */
  readonly silentAbout: string;
}

/** What happens in the world. Times are in milliseconds since 1970. */
export type WorldEvent =
  | { readonly kind: 'ready'; readonly port: number }
  | {
      readonly kind: 'arrived';
      readonly path: string;
      readonly number: number;
      readonly at: number;
    }
  | { readonly kind: 'asked'; readonly name: string };

const LOADER = new URL('./typescript.mjs', import.meta.url).href;
const PROGRAM = fileURLToPath(new URL('./name-world-process.ts', import.meta.url));

/** A web server and a name server, 127.0.0.53, inside a network namespace. */
export class NameWorld {
  readonly #process: ChildProcess;
  readonly arrived: Extract<WorldEvent, { kind: 'arrived' }>[] = [];
  /** Names that the name server was asked for. */
  readonly asked: string[] = [];
  port = 0;

  private constructor(child: ChildProcess) {
    this.#process = child;
    child.on('message', (event: WorldEvent) => {
      if (event.kind === 'arrived') this.arrived.push(event);
      else if (event.kind === 'asked') this.asked.push(event.name);
      else this.port = event.port;
    });
  }

  /** Starts both. They are gone after the test. */
  static async forTest(namespace: NetworkNamespace, server: NameServer): Promise<NameWorld> {
    const [command, ...args] = [...namespace.enter, process.execPath, '--import', LOADER, PROGRAM];
    const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    onTestFinished(() => {
      child.kill('SIGKILL');
    });
    const world = new NameWorld(child);
    await once(child, 'message');
    world.behave(server);
    return world;
  }

  behave(server: NameServer): void {
    this.#process.send(server);
  }

  /** The requests for a path. */
  at(path: string): readonly { readonly number: number; readonly at: number }[] {
    return this.arrived.filter((request) => request.path === path);
  }
}
