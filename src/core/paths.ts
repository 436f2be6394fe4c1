/** The paths of all files. All are absolute. */
export interface Paths {
  /** The installation directory of the manager. */
  readonly home: string;
  /** `ossec.conf`. */
  readonly config: string;
  /** `integratord.yaml`; undefined: none is read. */
  readonly settings: string | undefined;
  /** True where nobody named the settings file: it may be missing, now or at any reload. */
  readonly settingsOptional?: boolean;
  /** `alerts.json`. */
  readonly alerts: string;
  /** The directory of the outbox. */
  readonly state: string;
}
