import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { alertLine, createHome, type Home } from './home.ts';
import { DaemonProcess, type Finished, integratord, until } from './program.ts';
import { Sink } from './sink.ts';

/** A daemon with one integration, and a state directory where the test wants it. */
export class FaultScene {
  readonly home: Home;
  readonly sink: Sink;
  readonly state: string;
  #written = 0;

  private constructor(home: Home, sink: Sink, state: string) {
    this.home = home;
    this.sink = sink;
    this.state = state;
  }

  /** Makes one, and removes it after the test. */
  static async create(state?: string): Promise<FaultScene> {
    const sink = await Sink.start();
    const home = createHome('');
    onTestFinished(async () => {
      await sink.close();
      home.remove();
    });
    const scene = new FaultScene(home, sink, state ?? home.state);
    scene.configure(3);
    return scene;
  }

  get database(): string {
    return join(this.state, 'outbox.db');
  }

  /** The numbers of all alerts so far, in order. */
  get written(): number[] {
    return Array.from({ length: this.#written }, (_, position) => position);
  }

  /** The integration with a lowest level, as an edit of it. */
  configure(level: number, more = ''): void {
    this.home.configure(
      `<integration><name>slack</name><hook_url>${this.sink.url}/services/A/B</hook_url>` +
        `<level>${level}</level></integration>${more}`,
    );
  }

  /** A daemon that has started. It is killed after the test. */
  async start(): Promise<DaemonProcess> {
    const daemon = this.launch();
    await daemon.logged('ready');
    return daemon;
  }

  launch(): DaemonProcess {
    const daemon = DaemonProcess.launch(this.home.path, ['--state', this.state]);
    onTestFinished(() => daemon.kill());
    return daemon;
  }

  /** Appends alerts, each padded to about so many bytes. */
  write(count: number, bytes = 0): void {
    const lines = Array.from({ length: count }, () => {
      const line = JSON.parse(alertLine(this.#written++)) as object;
      return JSON.stringify({ ...line, padding: 'x'.repeat(bytes) });
    });
    this.home.append(...lines);
  }

  /** Waits until every alert so far has arrived at least once. */
  async allArrived(): Promise<void> {
    const arrived = () => new Set(this.sink.numbers).size === this.#written;
    await until(arrived, `all ${this.#written} alerts have arrived`);
  }

  queue(...args: string[]): Promise<Finished> {
    return integratord(['queue', ...args, '--home', this.home.path, '--state', this.state]);
  }
}

/** The lines of a message, by level and fields. */
export function linesOf(daemon: DaemonProcess, message: string) {
  return daemon.log.filter(({ msg }) => msg === message);
}
