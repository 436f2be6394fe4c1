import type { Unusable } from '../core/destination-settings.ts';
import type { Integration, IntegrationSettings } from '../core/integration.ts';
import { Secret } from '../core/secret.ts';
import { secretsInOptions } from '../core/secret-names.ts';
import { type BlockOption, type BlockValues, gatherValues } from './block-values.ts';
import { checkFormat, checkGroup, checkLevel, checkLocation, readRuleIds } from './checks.ts';
import { parseOptions } from './json-options.ts';
import { readNumber } from './numbers.ts';
import type { OssecElement } from './ossec-conf/element.ts';
import { checkPlaceholder } from './placeholders.ts';
import { type ReferenceSources, resolveReferences } from './references.ts';
import type { Report } from './report.ts';

/** What a block needs from outside, and where its results go. */
export interface BlockContext {
  readonly report: Report;
  readonly sources: ReferenceSources;
  /** Gets every secret value. */
  readonly secrets: Set<string>;
}

/** An `<integration>` block that was read. */
export interface Block {
  /** Its name without surrounding whitespace; undefined when it has none. */
  readonly kind: string | undefined;
  /** Where it begins. */
  readonly offset: number;
  /** Undefined when an error makes it unusable; the report says which. */
  readonly integration: Omit<Integration, 'id' | 'settings'> | undefined;
  /** A secret that is not to be had, without which it cannot run although it is well-formed. */
  readonly unusable: Unusable | undefined;
  /**
   * Reports what is to be said of its filters and its format, once it is known what the settings say
   * of them.
   * @param worksFromJson false for scripts, which may have the text format.
   */
  readonly check: (settings: IntegrationSettings, worksFromJson: boolean) => void;
  /** The location of an option, or of the block when it is missing. */
  readonly offsetOf: (option: BlockOption) => number;
}

/** What Armor's manual calls PagerDuty. */
const MISSPELT = 'pagerdty';
/** What Wazuh 2 and before could send to. */
const EARLY_SERVICES: readonly string[] = ['slack', 'pagerduty'];
const LATER_OPTIONS: readonly BlockOption[] = ['alert_format', 'options', 'timeout', 'retries'];

const DEFAULT_MAX_LOG = 165;
const LONGEST_MAX_LOG = 1024;
const DEFAULT_TIMEOUT = 10;
const DEFAULT_RETRIES = 3;

/** Reads one `<integration>` block. All findings go to the report. */
export function readBlock(element: OssecElement, context: BlockContext): Block {
  return new BlockReader(element, context).read();
}

class BlockReader {
  readonly #element: OssecElement;
  readonly #context: BlockContext;
  readonly #report: Report;
  readonly #errorsBefore: number;
  readonly #values: BlockValues;
  #unusable: Unusable | undefined;

  constructor(element: OssecElement, context: BlockContext) {
    this.#element = element;
    this.#context = context;
    this.#report = context.report;
    this.#errorsBefore = context.report.errors;
    this.#values = gatherValues(element, context.report);
  }

  read(): Block {
    const name = this.#name();
    const kind = name?.trim();
    const numbers = this.#numbers();
    const ruleIds = readRuleIds(this.#values, this.#report);
    const isEarly = this.#isEarly(kind);
    const check = (settings: IntegrationSettings, worksFromJson: boolean) => {
      this.#checkFormat(worksFromJson);
      this.#checkFilters(isEarly, settings);
    };
    const offsetOf = (option: BlockOption) => this.#offset(option);
    const wellFormed = this.#report.errors === this.#errorsBefore;

    // An unset variable is not an error in the block: it stays, but cannot run.
    const hookUrl = this.#secret('hook_url');
    const apiKey = this.#secret('api_key');
    const optionsText = this.#optionsText();
    const { offset } = this.#element;
    if (!wellFormed || name === undefined || kind === undefined) {
      return { kind, offset, integration: undefined, unusable: undefined, check, offsetOf };
    }
    const optionsValue = this.#values.last.get('options');
    const options =
      optionsText === undefined || optionsValue === undefined
        ? undefined
        : parseOptions(optionsText, optionsValue, this.#report);
    for (const secret of secretsInOptions(optionsText ?? '', options)) {
      this.#context.secrets.add(secret);
    }
    const integration = {
      name,
      hookUrl: asSecret(hookUrl),
      apiKey: asSecret(apiKey),
      ...numbers,
      ruleIds,
      group: this.#text('group'),
      eventLocation: this.#text('event_location'),
      ...(isEarly && { isEarly }),
      alertFormat: this.#text('alert_format'),
      options,
      optionsText: asSecret(optionsText),
      timeoutIsSet: this.#values.last.has('timeout'),
      retriesAreSet: this.#values.last.has('retries'),
      source: { file: this.#report.file, ...this.#report.positions.at(offset) },
    };
    return { kind, offset, integration, unusable: this.#unusable, check, offsetOf };
  }

  #name(): string | undefined {
    const name = this.#values.last.get('name');
    if (name === undefined) {
      if (!this.#values.isEmpty) {
        this.#report.error(this.#element.offset, 'this <integration> has no <name>');
      }
      return undefined;
    }
    if (name.text !== name.text.trim() && name.text.trim() !== '') {
      const message = 'whitespace around the <name> is ignored here, but not by Wazuh itself';
      this.#report.warning(name.offset, `${message}: remove it`);
    }
    if (name.text.trim() !== MISSPELT) return name.text;
    const message = `${MISSPELT}, as an old manual spelled it, is read as pagerduty`;
    this.#report.warning(
      name.offset,
      `${message}; Wazuh itself accepts only the latter: correct it`,
    );
    return 'pagerduty';
  }

  #numbers(): Pick<Integration, 'level' | 'maxLog' | 'timeout' | 'retries'> {
    const level = this.#number('level', 'a level from 0 to 16', 0);
    const levelValue = this.#values.last.get('level');
    if (levelValue !== undefined) checkLevel(level, levelValue, this.#report);

    const limits = `a number from ${DEFAULT_MAX_LOG} to ${LONGEST_MAX_LOG}`;
    const maxLog = this.#number('max_log', limits, DEFAULT_MAX_LOG, (number, offset) => {
      if (number >= DEFAULT_MAX_LOG && number <= LONGEST_MAX_LOG) return;
      this.#report.error(offset, `<max_log> must be ${limits}, not ${number}`);
    });

    const timeout = this.#number('timeout', 'a number of seconds', DEFAULT_TIMEOUT);
    if (timeout === 0) {
      const message = 'a <timeout> of 0 leaves no time for an answer: write at least 1 second';
      this.#report.warning(this.#offset('timeout'), `${message}, or leave it out for 10`);
    }
    const retries = this.#number('retries', 'a number of retries', DEFAULT_RETRIES);
    return { level, maxLog, timeout, retries };
  }

  #number(
    option: BlockOption,
    allowed: string,
    otherwise: number,
    check: (number: number, offset: number) => void = () => undefined,
  ): number {
    const numbers = (this.#values.given.get(option) ?? []).map((value) => {
      const number = readNumber(option, value, allowed, this.#report);
      if (number !== undefined) check(number, value.offset);
      return number;
    });
    return numbers.at(-1) ?? otherwise;
  }

  /**
   * True for a block that could be from the configuration of Wazuh 2 or earlier: one of the services
   * of that time, and no option added later. (`max_log` is as old as Wazuh 2.)
   */
  #isEarly(kind: string | undefined): boolean {
    const isEarlyService = kind !== undefined && EARLY_SERVICES.includes(kind);
    return isEarlyService && !LATER_OPTIONS.some((option) => this.#values.last.has(option));
  }

  #checkFilters(isEarly: boolean, settings: IntegrationSettings): void {
    const { last } = this.#values;
    const group = last.get('group');
    if (group !== undefined) checkGroup(group, settings.groupDialect, this.#report);
    const location = last.get('event_location');
    if (location === undefined) return;
    const dialect = settings.locationDialect ?? (isEarly ? undefined : 'json');
    checkLocation(location, dialect, this.#report);
  }

  #checkFormat(worksFromJson: boolean): void {
    const format = this.#values.last.get('alert_format');
    if (format !== undefined) checkFormat(format, worksFromJson, this.#report);
  }

  /** The text of an option with its references resolved; undefined when it cannot be resolved. */
  #secret(option: 'hook_url' | 'api_key'): string | undefined {
    const text = this.#resolve(option);
    if (text === undefined) return undefined;
    const trimmed = text.trim();
    if (trimmed !== text) {
      const message = `whitespace around the value of <${option}> is part of it: remove it`;
      this.#report.warning(this.#offset(option), message);
    }
    if (trimmed !== '') this.#context.secrets.add(text).add(trimmed);
    this.#checkPlaceholder(option);
    return text;
  }

  /** What is written counts: a value from elsewhere is none that was forgotten. */
  #checkPlaceholder(option: 'hook_url' | 'api_key' | 'options'): void {
    const written = this.#values.last.get(option);
    if (written === undefined) return;
    checkPlaceholder(written.text, `<${option}>`, written.offset, this.#report);
  }

  #optionsText(): string | undefined {
    this.#checkPlaceholder('options');
    return this.#resolve('options', (value) => JSON.stringify(value).slice(1, -1));
  }

  #resolve(
    option: 'hook_url' | 'api_key' | 'options',
    escape?: (value: string) => string,
  ): string | undefined {
    const value = this.#values.last.get(option);
    if (value === undefined) return undefined;
    const { sources, secrets } = this.#context;
    const { text, offset } = value;
    const resolved = resolveReferences(text, offset, sources, this.#report, secrets, escape);
    if (resolved === undefined) {
      const reason = `a secret that <${option}> refers to is missing`;
      this.#unusable ??= { kind: 'missing_secret', place: option, reason };
    }
    return resolved;
  }

  #text(option: BlockOption): string | undefined {
    return this.#values.last.get(option)?.text;
  }

  /** The location of an option, or of the block when it is missing. */
  #offset(option: BlockOption): number {
    return this.#values.last.get(option)?.offset ?? this.#element.offset;
  }
}

function asSecret(text: string | undefined): Secret | undefined {
  return text === undefined ? undefined : new Secret(text);
}
