import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AlertLog } from '../support/alert-log.ts';
import { alertLine, createHome, type Home } from '../support/home.ts';
import { DaemonProcess, integratord, until } from '../support/program.ts';
import type { Dice } from './dice.ts';
import { FAULTS, type Fault, FaultyService } from './faulty-service.ts';

/** From this level on the script gets the alert too. */
const SCRIPT_LEVEL = 13;
/**
 * Alerts are up to so many bytes longer than usual, and the outbox is small: what gathers in bad
 * weather is more than an integration's share of it.
 */
const LONGEST_PAD = 20_000;
const OUTBOX = 'outbox: { max_megabytes: 16 }';
const BEHIND = 'an integration has used up its share of the outbox';

/**
 * A manager that writes alerts, services that misbehave, and a daemon between them that is killed
 * again and again.
 */
export class World {
  readonly services = {
    slack: new FaultyService('ok'),
    shuffle: new FaultyService('{"success": true}'),
    pagerduty: new FaultyService('{"status": "success"}'),
  };
  /** Services that get repeats, and everything, in messages that cover several alerts. */
  readonly grouped = {
    throttled: new FaultyService('{"success": true}'),
    digested: new FaultyService('{"success": true}'),
  };
  /** Alerts written so far; they are numbered from 0. */
  written = 0;
  /** The numbers of those that the script gets. */
  readonly forScript = new Set<number>();
  kills = 0;
  /** How often an integration had used up its share of the outbox. */
  behind = 0;
  readonly #dice: Dice;
  readonly #home: Home;
  readonly #alerts: AlertLog;
  readonly #closedFiles: string[] = [];
  #daemon: DaemonProcess | undefined;
  /** The rest of a line of which the writer has only written a part. */
  #pendingRest = '';

  constructor(dice: Dice) {
    this.#dice = dice;
    this.#home = createHome('');
    this.#alerts = new AlertLog(join(this.#home.path, 'logs'));
  }

  get #all(): FaultyService[] {
    return [...Object.values(this.services), ...Object.values(this.grouped)];
  }

  get scriptLog(): string {
    return join(this.#home.path, 'script.log');
  }

  async open(): Promise<void> {
    for (const service of this.#all) await service.start();
    const { slack, shuffle, pagerduty } = this.services;
    const block = (name: string, rest: string) =>
      `<integration><name>${name}</name>${rest}<timeout>1</timeout><retries>1</retries>` +
      '<alert_format>json</alert_format></integration>\n';
    this.#home.configure(
      block('slack', `<hook_url>${slack.url}/s</hook_url>`) +
        block('shuffle', `<hook_url>${shuffle.url}/s</hook_url>`) +
        block('pagerduty', `<api_key>KEY</api_key><hook_url>${pagerduty.url}/p</hook_url>`) +
        block(
          'custom-log',
          `<level>${SCRIPT_LEVEL}</level><hook_url>${this.scriptLog}</hook_url>`,
        ).replace('<timeout>1<', '<timeout>10<'),
    );
    const names = ['slack', 'shuffle', 'pagerduty'];
    const settings = names.map(
      (name) => `  ${name}: { retry: { first_seconds: 1, longest_seconds: 2 } }`,
    );
    const { throttled, digested } = this.grouped;
    const grouped = (id: string, service: FaultyService, rule: string) =>
      `  ${id}: { type: shuffle, hook_url: "${service.url}/g", timeout: 1, retries: 1, ${rule},` +
      ' retry: { first_seconds: 1, longest_seconds: 2 } }';
    settings.push(
      grouped('throttled', throttled, 'throttle: { same: rule.level, every: 1s, up_to: 4s }'),
      grouped('digested', digested, 'digest: { by: rule.level, every: 1s, at_most: 40 }'),
    );
    writeFileSync(
      join(this.#home.path, 'etc', 'integratord.yaml'),
      `${OUTBOX}\nintegrations:\n${settings.join('\n')}\n`,
    );
    writeFileSync(this.scriptLog, '');
    this.#home.addScript(
      'custom-log',
      `#!/bin/sh\nsed -n 's/.*"alert \\([0-9]*\\)".*/\\1/p' "$1" >> "$3"\n`,
    );
    mkdirSync(this.#home.state, { recursive: true, mode: 0o700 });
    await this.#start();
  }

  /** Some alerts, some bad weather, and a kill at a moment that chance chooses. */
  async round(): Promise<void> {
    for (const service of this.#all) await service.misbehave(this.#dice.pick<Fault>(FAULTS));
    const steps = this.#dice.below(6) + 1;
    for (let step = 0; step < steps; step += 1) {
      this.#write();
      await this.#dice.pause(120);
    }
    await this.#daemon?.kill();
    this.#countBehind();
    this.kills += 1;
    if (this.#dice.chance(0.5)) this.#write();
    await this.#start();
  }

  /** Good weather until everything has arrived. */
  async calm(): Promise<void> {
    for (const service of this.#all) await service.misbehave('none');
    this.#finishLine();
    try {
      await until(() => this.#isDelivered(), 'everything is delivered');
    } catch (error) {
      const log = this.#daemon?.output.split('\n').slice(-30).join('\n');
      const stats = JSON.stringify({ written: this.written, ...(await this.stats()) });
      throw new Error(`${(error as Error).message}\n${stats}\n${log}`, { cause: error });
    }
  }

  /** Lets go what bad weather has parked or put off, as an operator would, and looks. */
  async #isDelivered(): Promise<boolean> {
    await integratord(['queue', 'retry', '--home', this.#home.path, '--all']);
    const stats = await this.stats();
    const isQuiet = Object.values(stats).every(({ pending, leased, parked, dead, held }) => {
      return (pending ?? 0) + (leased ?? 0) + (parked ?? 0) + (dead ?? 0) + (held ?? 0) === 0;
    });
    // What is delivered is not kept for long in so small an outbox: the services know better.
    const isComplete = Object.values(this.services).every((service) => {
      const accepted = [...service.seen.values()].filter((seen) => seen.accepted > 0);
      return accepted.length === this.written;
    });
    const isCovered = Object.values(this.grouped).every(
      (service) => coveredBy(service) >= this.written,
    );
    return isQuiet && isComplete && isCovered && this.scriptRuns.size === this.forScript.size;
  }

  /** The numbers of the alerts that the script got. */
  get scriptRuns(): ReadonlySet<number> {
    return new Set(readFileSync(this.scriptLog, 'utf8').split('\n').slice(0, -1).map(Number));
  }

  #countBehind(): void {
    this.behind += this.#daemon?.log.filter(({ msg }) => msg.startsWith(BEHIND)).length ?? 0;
  }

  async stats(): Promise<Record<string, Record<string, number>>> {
    const { stdout } = await integratord(['queue', 'stats', '--home', this.#home.path, '--json']);
    return JSON.parse(stdout) as Record<string, Record<string, number>>;
  }

  async close(): Promise<void> {
    await this.#daemon?.stop();
    for (const service of this.#all) await service.close();
    this.#home.remove();
  }

  get state(): string {
    return this.#home.state;
  }

  async stop(): Promise<void> {
    await this.#daemon?.stop();
    this.#countBehind();
    this.#daemon = undefined;
  }

  async #start(): Promise<void> {
    this.#daemon = await DaemonProcess.start(this.#home.path, ['--from-start']);
  }

  /** What the manager does: whole lines, half lines, a new file, compressing an old one. */
  #write(): void {
    this.#finishLine();
    const count = this.#dice.below(30);
    const lines: string[] = [];
    for (let index = 0; index < count; index += 1) lines.push(this.#nextLine());
    this.#alerts.lines(...lines);
    if (this.#dice.chance(0.2)) this.#closedFiles.push(this.#alerts.nextPart());
    if (this.#dice.chance(0.05)) this.#closedFiles.push(this.#alerts.nextDay());
    if (this.#dice.chance(0.2)) {
      const oldest = this.#closedFiles.shift();
      if (oldest !== undefined) this.#alerts.compress(oldest);
    }
    if (this.#dice.chance(0.4)) {
      const line = `${this.#nextLine()}\n`;
      const cut = this.#dice.below(line.length);
      this.#alerts.write(line.slice(0, cut));
      this.#pendingRest = line.slice(cut);
    }
  }

  #finishLine(): void {
    if (this.#pendingRest !== '') this.#alerts.write(this.#pendingRest);
    this.#pendingRest = '';
  }

  #nextLine(): string {
    const number = this.written;
    this.written += 1;
    const level = this.#dice.chance(0.03) ? SCRIPT_LEVEL : 5 + this.#dice.below(7);
    if (level >= SCRIPT_LEVEL) this.forScript.add(number);
    const pad = 'x'.repeat(this.#dice.below(LONGEST_PAD));
    return alertLine(number, { level }).replace('"full_log":"', `"full_log":"${pad}`);
  }
}

/** How many alerts the messages cover that a service took, each message counted once. */
export function coveredBy({ messages }: FaultyService): number {
  return [...messages.values()].reduce(
    (sum, { count, accepted }) => sum + (accepted ? count : 0),
    0,
  );
}
