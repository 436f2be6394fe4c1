import type { ListenPlace } from './listen.ts';

/** What `integratord.yaml` may say besides the settings of single integrations. */
export interface DaemonSettings {
  readonly outbox: OutboxLimits;
  readonly reading: ReadingLimits;
  readonly metrics: MetricsSettings;
  /** Variables that scripts get although they would not. */
  readonly environment: readonly string[];
  /** The web page; undefined: there is none. */
  readonly console: ConsoleSettings | undefined;
  /** The socket for those who may only look; undefined: there is none. */
  readonly control: ControlSettings | undefined;
}

/** Who may ask how the daemon does, besides its own user. */
export interface ControlSettings {
  /** The path of the socket. */
  readonly readSocket: string;
  /** The group that may connect, by name or number; undefined: as the directory says. */
  readonly group: string | undefined;
}

/** Where the web page is served, and to whom. */
export interface ConsoleSettings {
  readonly listen: ListenPlace;
  /** The rights of the socket. */
  readonly mode: number;
  /** Whether people may act. */
  readonly write: boolean;
  /** Who may log in; undefined where the rights of the socket decide. */
  readonly usersFile: string | undefined;
  /** Names of this machine, besides localhost. */
  readonly hosts: readonly string[];
  /** Paths of fields that viewers do not see. */
  readonly hide: readonly string[];
}

/** Where the metrics go besides the control socket. */
export interface MetricsSettings {
  /** Where Prometheus gets them. */
  readonly listen: ListenAddress | undefined;
  /** Where they are written to. */
  readonly file: string | undefined;
}

/** An IP address and a port. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** How much the outbox keeps. */
export interface OutboxLimits {
  /** Days that delivered alerts are kept for inspection. */
  readonly deliveredDays: number;
  /** Days that dead letters are kept. */
  readonly deadDays: number;
  /** Bytes that it may use: delivered alerts, dead letters, and the rest for what waits. */
  readonly maxBytes: number;
  /** Bytes of it for delivered alerts; the oldest go before their time. */
  readonly deliveredBytes: number;
  /** Bytes of it for dead letters; the oldest go before their time. */
  readonly deadBytes: number;
}

/** How far back archives are read after an interruption. */
export interface ReadingLimits {
  /** Days since an archive was last written to. */
  readonly lookBackDays: number;
  /** Archives, the newest first. */
  readonly lookBackFiles: number;
  /** Bytes of archives on disk. */
  readonly lookBackBytes: number;
}

/** The limits of an outbox, where some are given. Percentages are of its size. */
export function outboxLimits(given: {
  readonly deliveredDays?: number | undefined;
  readonly deadDays?: number | undefined;
  readonly maxBytes?: number | undefined;
  readonly deliveredPercent?: number | undefined;
  readonly deadPercent?: number | undefined;
}): OutboxLimits {
  const { deliveredDays = 3, deadDays = 30, maxBytes = 2 * 2 ** 30 } = given;
  const part = (percent = 10) => Math.floor((maxBytes * percent) / 100);
  return {
    deliveredDays,
    deadDays,
    maxBytes,
    deliveredBytes: part(given.deliveredPercent),
    deadBytes: part(given.deadPercent),
  };
}

export const DEFAULT_SETTINGS: DaemonSettings = {
  outbox: outboxLimits({}),
  reading: {
    lookBackDays: 7,
    lookBackFiles: Number.POSITIVE_INFINITY,
    lookBackBytes: Number.POSITIVE_INFINITY,
  },
  metrics: { listen: undefined, file: undefined },
  environment: [],
  console: undefined,
  control: undefined,
};
