/** The paths of all files. All are absolute. */
export interface Paths {
  /** The installation directory of the manager. */
  readonly home: string;
  /** `ossec.conf`. */
  readonly config: string;
  /** `integratord.yaml`; undefined when there is none: it is optional. */
  readonly settings: string | undefined;
  /** `alerts.json`. */
  readonly alerts: string;
  /** The directory of the outbox. */
  readonly state: string;
}
