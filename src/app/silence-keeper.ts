import type { ReadOptions } from '../conditions/read.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import {
  endOf,
  heldBy,
  type SilenceNews,
  type SilenceRecord,
  silenceLabel,
} from '../core/silence.ts';
import type { Silences } from '../outbox/silences.ts';
import { type News, newsOf } from '../silences/news.ts';
import type { AddedSilences, QuietSettings } from '../silences/quiet.ts';
import { compileSilence, type Silence } from '../silences/silence.ts';

export interface SilenceKeeperParts {
  readonly silences: Silences;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
  /** The lanes that are told about silences, with their integrations. */
  readonly lanes: () => ReadonlyMap<number, string>;
  readonly wake: (lanes: ReadonlySet<number>) => void;
}

/** What the configuration says that matters here. */
export interface SilenceSettings extends Pick<ReadOptions, 'times'> {
  readonly quiet: QuietSettings;
}

/**
 * Knows the silences that people have added, which they may do at any time, and tells the integrations
 * concerned when one begins and ends.
 */
export class SilenceKeeper implements AddedSilences {
  readonly #parts: SilenceKeeperParts;
  /** Undefined before the configuration is in force: until then nothing begins or ends. */
  #settings: SilenceSettings | undefined;
  #records: readonly SilenceRecord[] = [];
  #silences: readonly Silence[] = [];
  #ended: ReadonlySet<string> = new Set();
  /** Those of which it was said that they are wrong. */
  readonly #wrong = new Set<string>();
  #isStale = true;

  constructor(parts: SilenceKeeperParts) {
    this.#parts = parts;
  }

  get silences(): readonly Silence[] {
    return this.#silences;
  }

  /** How many hold alerts back now, and how many were added for later. */
  get counts(): { readonly active: number; readonly upcoming: number } {
    const now = this.#parts.clock.now();
    const left = this.#records.filter((record) => now < endOf(record));
    const active = left.filter(({ from }) => from <= now).length;
    return { active, upcoming: left.length - active };
  }

  isEnded(key: string): boolean {
    return this.#ended.has(key);
  }

  /**
   * Reads what is stored. Expressions may ask times of the configuration.
   * @throws when the outbox fails; then nothing has changed.
   */
  load(settings = this.#settings): void {
    const records = this.#parts.silences.list();
    const ended = records.filter(({ endedAt }) => endedAt !== undefined);
    this.#settings = settings;
    this.#records = records;
    this.#ended = new Set(ended.map(({ key }) => key));
    this.#silences = records.flatMap((record) => this.#compile(record) ?? []);
    this.#isStale = false;
  }

  /** Another process changed the outbox. */
  refresh(): void {
    this.#isStale = true;
  }

  /** Tells what there is to tell. To be called about twice a second. @throws when the outbox fails. */
  look(): void {
    if (this.#settings === undefined) return;
    if (this.#isStale) this.load();
    const now = this.#parts.clock.now();
    this.#followSettings(this.#settings.quiet, now);
    if (!this.#records.some((record) => this.#newsOf(record, now) !== undefined)) return;
    // The numbers of what was held back are those of now.
    this.load();
    for (const record of this.#records) this.#tell(record, now);
    this.load();
  }

  /** Those in the settings file begin by themselves, and end when it does not have them any more. */
  #followSettings(quiet: QuietSettings, now: number): void {
    const { silences } = this.#parts;
    const present = quiet.silences.flatMap((one) => one.at(now) ?? []);
    const keys = new Set(present.map(({ key }) => key));
    const known = new Set(this.#records.map(({ key }) => key));
    const begun = present.filter(({ key }) => !known.has(key));
    const gone = this.#records.filter((record) => {
      return record.isRecurring && !keys.has(record.key) && now < endOf(record);
    });
    if (begun.length + gone.length === 0) return;
    for (const { key, record } of begun) silences.began(key, record);
    for (const { id } of gone) silences.end(id, undefined, now);
    this.load();
    if (gone.length > 0) this.#parts.wake(new Set(this.#parts.lanes().keys()));
  }

  /** What does nothing is no news. */
  #newsOf(record: SilenceRecord, now: number): News | undefined {
    return this.#wrong.has(record.key) ? undefined : newsOf(record, now);
  }

  #tell(record: SilenceRecord, now: number): void {
    const news = this.#newsOf(record, now);
    if (news === undefined) return;
    const { silences, lanes, wake } = this.#parts;
    const messages = new Map<number, string>();
    for (const [lane, integration] of lanes()) {
      if (record.integrations?.includes(integration) === false) continue;
      const sentence = news.sentence(integration);
      if (sentence !== undefined) messages.set(lane, sentence);
    }
    silences.tell(record, news.told, messages, now);
    this.#log(record, news.told);
    wake(new Set(messages.keys()));
  }

  #log(record: SilenceRecord, told: ReadonlySet<SilenceNews>): void {
    const { key, by, until, integrations } = record;
    const fields = { silence: key, about: silenceLabel(record), by };
    if (told.has('end')) {
      this.#parts.log.info('a silence is over', { ...fields, held: heldBy(record) });
    } else if (!record.told.has('begin')) {
      const end = new Date(until).toISOString();
      const whose = integrations === undefined ? 'all' : integrations.join(', ');
      this.#parts.log.info('a silence begins', { ...fields, until: end, integrations: whose });
    }
  }

  /** Undefined for those of the settings file, which are compiled there, and where it is over. */
  #compile(record: SilenceRecord): Silence | undefined {
    if (record.isRecurring || endOf(record) <= this.#parts.clock.now()) return undefined;
    const { silence, problems } = compileSilence(record, this.#settings ?? {});
    if (silence !== undefined) {
      this.#wrong.delete(record.key);
    } else if (!this.#wrong.has(record.key)) {
      this.#wrong.add(record.key);
      const cause = problems.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
      this.#parts.log.error('a silence is wrong and holds nothing back', {
        silence: record.key,
        cause,
      });
    }
    return silence;
  }
}
