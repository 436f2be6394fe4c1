import { styleText } from 'node:util';
import type { Clock } from '../core/clock.ts';
import type { Arrival } from './fake-services.ts';
import type { FedAlert } from './feed.ts';
import type { ConsolePlace } from './own-console.ts';

/** What the demo shows: each alert as it is appended, and below it what arrives where. */
export class Screen {
  readonly #write: (text: string) => void;
  readonly #colored: boolean;
  readonly #clock: Clock;
  readonly #counts = new Map<string, number>();
  #alerts = 0;

  constructor(write: (text: string) => void, colored: boolean, clock: Clock) {
    this.#write = write;
    this.#colored = colored;
    this.#clock = clock;
  }

  /** The words at the top. */
  intro(home: string, configuration: string): void {
    this.#line('');
    this.#line(this.#style('bold', 'integratord: the real daemon on a bundled example'));
    this.#line(`  configuration  ${configuration}`);
    this.#line(`  alerts         ${home}/logs/alerts/alerts.json`);
    this.#line(
      '  services       local fakes of Slack, PagerDuty, Shuffle, VirusTotal and the manager',
    );
    this.#line(
      '  what happens   a flood of 40 alerts comes as two messages and a digest; Shuffle is down for six',
    );
    this.#line(
      '                 seconds and recovers; the webhook of slack#2 was removed, so its alerts wait',
    );
    this.#line(this.#style('dim', '  Ctrl-C stops it and removes everything.'));
  }

  /** Where the console is. */
  console({ entrance, port }: ConsolePlace): void {
    const far = `                 (from another machine: ssh -L ${port}:127.0.0.1:${port} …)`;
    this.#line(`  ${this.#style('bold', 'console')}        ${entrance}`);
    this.#line(this.#style('dim', far));
    this.#line('');
  }

  appended(alert: FedAlert): void {
    this.#alerts += alert.count;
    const what = alert.count === 1 ? 'alert' : `${alert.count} alerts`;
    const rule = this.#style('dim', `rule ${alert.ruleId}`);
    this.#line(
      `${this.#time()}  ${what}, level ${String(alert.level).padStart(2)}  ${alert.description}  ${rule}`,
    );
  }

  arrived(arrival: Arrival): void {
    const service = this.#style('green', arrival.service.padEnd(15));
    // For a lookup, "not found" is a normal answer.
    const isFine =
      arrival.status < 300 || (arrival.service === 'virustotal' && arrival.status === 404);
    const known = this.#counts.get(arrival.service) ?? 0;
    if (isFine) this.#counts.set(arrival.service, known + 1);
    const status = isFine ? '' : this.#style('red', ` answered ${arrival.status}`);
    this.#line(`${this.#time()}    → ${service} ${arrival.summary}${status}`);
  }

  /** An event of an enrichment, back at the manager. */
  cameBack(location: string): void {
    this.#line(`${this.#time()}    ← ${this.#style('green', 'manager'.padEnd(15))} ${location}`);
  }

  /** A line of the daemon's own log. */
  log(line: string): void {
    this.#write(this.#style('dim', line.trimEnd()).concat('\n'));
  }

  /** How to ask about an alert while it runs. @param page the same in the console, if there is one. */
  hint(command: string, page: string | undefined): void {
    this.#line('');
    this.#line(
      `${this.#style('bold', 'Why did an alert of the flood not come by itself?')} In another terminal:`,
    );
    this.#line(`  ${command}`);
    if (page !== undefined) this.#line(`Or in the console, once you have opened it: ${page}`);
    this.#line('');
  }

  /** What a command said. */
  said(command: string, output: string): void {
    this.#line('');
    this.#line(this.#style('bold', `$ ${command}`));
    this.#write(output);
  }

  /** The words at the end. */
  summary(): void {
    const counts = [...this.#counts].map(([service, count]) => `${count} to ${service}`);
    const delivered = counts.length === 0 ? 'nothing delivered' : counts.join(', ');
    this.#line('');
    this.#line(`${this.#alerts} alerts: ${delivered}.`);
    this.#line('For your own manager: integratord setup (docs/installation.md)');
  }

  #line(text: string): void {
    this.#write(`${text}\n`);
  }

  #time(): string {
    return new Date(this.#clock.now()).toISOString().slice(11, 23);
  }

  #style(style: 'bold' | 'dim' | 'green' | 'red', text: string): string {
    return this.#colored ? styleText(style, text) : text;
  }
}
