import type { Clock } from '../core/clock.ts';
import { HOUR_MS } from '../core/durations.ts';
import type { Log } from '../core/log.ts';
import { OutboxError } from '../core/outbox-error.ts';
import type { NoticeBoard } from './notice-board.ts';

/** How often to look. */
const LOOK_MS = 10_000;
/** What comes and goes sooner is not told. */
const PATIENCE_MS = 20_000;
/** One that comes back is told again after this time. */
const AGAIN_MS = HOUR_MS;

/** Something that is wrong with ourselves. */
export interface Trouble {
  /** The same as long as it is the same: `parked:slack`. */
  readonly key: string;
  /** What is wrong, and what to do; a sentence without secrets. */
  readonly sentence: string;
  /** What is said when it is over. */
  readonly over: string;
  /** An integration that cannot be told of it. */
  readonly about?: string;
}

/** A trouble that was told and is not over, by its key. */
export type OpenTroubles = Readonly<Record<string, Pick<Trouble, 'over' | 'about'>>>;

/** What was told, over restarts. */
export interface Told {
  /** When each trouble was told last. */
  read(): Readonly<Record<string, number>>;
  write(times: Readonly<Record<string, number>>): void;
  open(): OpenTroubles;
  setOpen(troubles: OpenTroubles): void;
}

export interface SelfNoticesParts {
  /** What is wrong at the moment. */
  readonly troubles: () => readonly Trouble[];
  /** The integrations that are told, each with its lane. */
  readonly lanes: () => ReadonlyMap<string, number>;
  /** Stores a message of our own for a lane. */
  readonly tell: (lane: number, sentence: string) => void;
  readonly told: Told;
  /** Where it can be looked at, whoever is told. */
  readonly board: Pick<NoticeBoard, 'add'>;
  readonly clock: Clock;
  readonly log: Log;
}

interface Episode {
  readonly trouble: Trouble;
  readonly since: number;
  isTold: boolean;
}

/**
 * Tells the integrations that `notices` names, and those who look at the board, what is wrong with
 * integratord itself, and when it is over: an integration that is parked, a reload that was refused, an
 * outbox that fills up.
 */
export class SelfNotices {
  readonly #parts: SelfNoticesParts;
  readonly #episodes = new Map<string, Episode>();
  #isResumed = false;
  /** True while `notices` names nobody. */
  #isToBoardOnly = false;
  #cancel: (() => void) | undefined;

  constructor(parts: SelfNoticesParts) {
    this.#parts = parts;
  }

  /** Looks every ten seconds, until it is stopped. */
  start(): void {
    this.#cancel = this.#parts.clock.after(LOOK_MS, () => {
      this.look();
      this.start();
    });
  }

  stop(): void {
    this.#cancel?.();
  }

  /** Looks now. */
  look(): void {
    const lanes = this.#parts.lanes();
    // Whoever is named now is told what was wrong before.
    if (lanes.size > 0 && this.#isToBoardOnly) this.#episodes.clear();
    this.#isToBoardOnly = lanes.size === 0;
    try {
      this.#follow(this.#parts.troubles(), lanes);
    } catch (error) {
      // The outbox cannot be used; whoever needs it more says so.
      if (!(error instanceof OutboxError)) throw error;
    }
  }

  #follow(troubles: readonly Trouble[], lanes: ReadonlyMap<string, number>): void {
    const now = this.#parts.clock.monotonic();
    if (!this.#isResumed) this.#resume(now);
    const present = new Set(troubles.map(({ key }) => key));
    for (const trouble of troubles) {
      const episode = this.#episodes.get(trouble.key) ?? { trouble, since: now, isTold: false };
      this.#episodes.set(trouble.key, episode);
      if (episode.isTold || now - episode.since < PATIENCE_MS || !this.#mayTell(trouble.key))
        continue;
      episode.isTold = true;
      this.#tell(trouble, false, lanes);
      this.#keepOpen();
    }
    for (const [key, { trouble, isTold, since }] of this.#episodes) {
      // After a start, not everything is known at once.
      if (present.has(key) || (isTold && now - since < PATIENCE_MS)) continue;
      this.#episodes.delete(key);
      if (!isTold) continue;
      this.#tell(trouble, true, lanes);
      this.#keepOpen();
    }
  }

  /** Takes over what was told before a restart. */
  #resume(now: number): void {
    this.#isResumed = true;
    for (const [key, open] of Object.entries(this.#parts.told.open())) {
      this.#episodes.set(key, {
        trouble: { key, sentence: '', ...open },
        since: now,
        isTold: true,
      });
    }
  }

  #keepOpen(): void {
    if (this.#isToBoardOnly) return;
    const told = [...this.#episodes.values()].filter(({ isTold }) => isTold);
    const open = told.map(({ trouble: { key, over, about } }) => {
      return [key, about === undefined ? { over } : { over, about }] as const;
    });
    this.#parts.told.setOpen(Object.fromEntries(open));
  }

  /** Also when it was told before a restart. */
  #mayTell(key: string): boolean {
    if (this.#isToBoardOnly) return true;
    const { told, clock } = this.#parts;
    const now = clock.now();
    const recent = Object.entries(told.read()).filter(([, at]) => {
      return at <= now && now - at < AGAIN_MS;
    });
    if (recent.some(([one]) => one === key)) return false;
    told.write({ ...Object.fromEntries(recent), [key]: now });
    return true;
  }

  #tell(trouble: Trouble, isOver: boolean, lanes: ReadonlyMap<string, number>): void {
    const { board, tell, clock, log } = this.#parts;
    const sentence = isOver ? trouble.over : trouble.sentence;
    board.add({ at: clock.now(), sentence, isOver });
    const others = [...lanes].filter(([integration]) => integration !== trouble.about);
    for (const [, lane] of others) tell(lane, sentence);
    if (others.length > 0) log.debug('told integrations about ourselves', { sentence });
    else if (lanes.size > 0 && !isOver) {
      log.error('nobody else is named in `notices` who could be told', { sentence });
    }
  }
}
