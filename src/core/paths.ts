/** Where everything is. All paths are absolute. */
export interface Paths {
  /** The installation directory of the manager. */
  readonly home: string;
  /** `ossec.conf`. */
  readonly config: string;
  /** `integratord.yaml`; undefined when there is none: it is never needed. */
  readonly settings: string | undefined;
  /** `alerts.json`. */
  readonly alerts: string;
  /** The directory of the outbox. */
  readonly state: string;
}
