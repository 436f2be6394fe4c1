import type { Ticket } from '../../console/auth/ticket.ts';
import type { ConsoleSettings } from '../../core/settings.ts';

/** A console that the starting program wants, whatever the settings file says: that of the demo. */
export interface GivenConsole {
  /** Where its port is taken, it listens on one that is free. */
  readonly settings: ConsoleSettings;
  /** The address that lets in. */
  readonly ticket: Ticket;
  /** Where people may act, as the beginning of paths. */
  readonly actsBelow: string;
  /** Called once it listens, with its port; with undefined where it cannot. */
  readonly opened: (port: number | undefined) => void;
}
