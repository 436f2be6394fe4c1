import type { Clock } from '../core/clock.ts';
import { type Diagnostic, formatDiagnostic } from '../core/diagnostic.ts';
import type { Log } from '../core/log.ts';
import { OutboxError } from '../core/outbox-error.ts';
import type { ReloadReport } from '../core/reload.ts';
import { objections } from './reload-verdict.ts';
import { enabledIntegrations, type Setup } from './setup.ts';

/** How long until a configuration that the outbox did not allow is tried again. */
const RETRY_MS = 1000;

/** A reload that was refused, as long as no other was accepted. */
export interface Refusal {
  /** Since when the files do not say what is in force, in milliseconds since 1970. */
  readonly since: number;
  /** What is wrong, and where; nothing when the new configuration could only not be applied yet. */
  readonly diagnostics: readonly Diagnostic[];
}

export interface ReloadingParts {
  /** The configuration's path, for the log. */
  readonly file: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Reads the configuration. */
  readonly read: () => Setup;
  /** Puts a configuration in force: all of it, or, when it throws, nothing. */
  readonly apply: (setup: Setup) => void;
  /** True where an integration of the configuration in force can deliver at the moment. */
  readonly delivers: (integration: string) => boolean;
  /** Told of every reload: whether it was accepted, and how many diagnostics there are. */
  readonly onReload: (isAccepted: boolean, diagnostics: number) => void;
}

/**
 * Knows the configuration in force, and replaces it only by one that makes nothing worse: else the
 * old one stays as a whole.
 */
export class Reloading {
  readonly #parts: ReloadingParts;
  #inForce: Setup;
  #inForceSince: number;
  #refusal: Refusal | undefined;
  #cancelRetry: (() => void) | undefined;
  #hasStopped = false;

  constructor(inForce: Setup, parts: ReloadingParts) {
    this.#parts = parts;
    this.#inForce = inForce;
    this.#inForceSince = parts.clock.now();
  }

  /** The configuration in force. */
  get inForce(): Setup {
    return this.#inForce;
  }

  /** Since when the configuration is in force, in milliseconds since 1970. */
  get inForceSince(): number {
    return this.#inForceSince;
  }

  /** The reloads refused since the last one that was accepted. */
  get refusal(): Refusal | undefined {
    return this.#refusal;
  }

  /**
   * Reads the configuration again. Never throws because of what it says, or of the outbox.
   * @returns what came of it.
   */
  reload(): ReloadReport {
    const diagnostics = this.#read();
    const refused = this.#refusal;
    // Refused without a reason: it is right, and waits for the outbox.
    const waits = refused !== undefined && refused.diagnostics.length === 0;
    return { accepted: refused === undefined, waits, diagnostics };
  }

  #read(): readonly Diagnostic[] {
    if (this.#hasStopped) return [];
    this.#cancelRetry?.();
    const { file, log, read, onReload } = this.#parts;
    const setup = read();
    const wrong = objections(this.#judged(), setup);
    for (const diagnostic of setup.diagnostics) {
      if (!wrong.includes(diagnostic)) report(diagnostic, log);
    }
    for (const diagnostic of wrong) report(diagnostic, log);
    if (wrong.length === 0) {
      this.#replace(setup);
      return setup.diagnostics;
    }
    this.#refuse(wrong);
    onReload(false, setup.diagnostics.length);
    log.error('configuration is invalid; the previous one stays active', {
      file,
      errors: wrong.length,
    });
    return wrong;
  }

  /** Reloads nothing from now on. */
  stop(): void {
    this.#hasStopped = true;
    this.#cancelRetry?.();
  }

  /** Puts it into force: at once, or as soon as the outbox can be used. */
  #replace(setup: Setup, isFirstTry = true): void {
    const { log, apply, onReload, clock } = this.#parts;
    try {
      apply(setup);
    } catch (error) {
      if (!(error instanceof OutboxError)) throw error;
      if (isFirstTry) {
        this.#refuse([]);
        onReload(false, setup.diagnostics.length);
        log.warn('configuration waits for the outbox; the previous one stays active');
      }
      this.#cancelRetry = clock.after(RETRY_MS, () => this.#replace(setup, false));
      return;
    }
    this.#inForce = setup;
    this.#inForceSince = clock.now();
    this.#refusal = undefined;
    onReload(true, setup.diagnostics.length);
    log.info('configuration reloaded', { integrations: enabledIntegrations(setup).length });
  }

  #refuse(diagnostics: readonly Diagnostic[]): void {
    const since = this.#refusal?.since ?? this.#parts.clock.now();
    this.#refusal = { since, diagnostics };
  }

  /** The configuration in force. A script that came later has its integration deliver by now. */
  #judged() {
    const integrations = this.#inForce.integrations.map(({ integration, unusable }) => ({
      integration,
      unusable: this.#parts.delivers(integration.id) ? undefined : unusable,
    }));
    return { ...this.#inForce, integrations };
  }
}

/** Logs a diagnostic. */
export function report(diagnostic: Diagnostic, log: Log): void {
  const text = formatDiagnostic(diagnostic);
  if (diagnostic.severity === 'error') log.error(text);
  else log.warn(text);
}

/** Logs all that there is to say of a configuration. */
export function reportAll({ diagnostics }: Pick<Setup, 'diagnostics'>, log: Log): void {
  for (const diagnostic of diagnostics) report(diagnostic, log);
}
