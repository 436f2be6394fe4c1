/**
 * Who did something by a command, as that command reports it. It proves nothing: whoever may write to the
 * outbox may write what they like.
 */
export interface Operator {
  /** A name for people: `root (sudo by alice)`. */
  readonly who: string;
  readonly uid?: number | undefined;
  /** What `SUDO_USER` said. */
  readonly sudoUser?: string | undefined;
}
