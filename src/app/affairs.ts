import { join } from 'node:path';
import { CONTROL_SOCKET } from '../control/client.ts';
import type { ControlServer } from '../control/server.ts';
import type { Paths } from '../core/paths.ts';
import { DiskReserve } from '../outbox/reserve.ts';
import { type ControlParts, startControl } from './control.ts';
import { KeptCopies } from './kept-copies.ts';
import type { Reloading } from './reloading.ts';
import type { SelfNotices } from './self-notices.ts';
import { type SelfNoticesFrom, startSelfNotices } from './start-self-notices.ts';

export interface AffairsParts extends SelfNoticesFrom, Omit<ControlParts, 'reloading'> {
  readonly paths: Pick<Paths, 'state'>;
  readonly reloading: Reloading;
}

/**
 * What a daemon does besides delivering: it answers to operators, tells what is wrong with it, and clears
 * away what an upgrade kept.
 */
export class Affairs {
  readonly #control: ControlServer | undefined;
  readonly #notices: SelfNotices;
  readonly #copies: KeptCopies;

  private constructor(
    control: ControlServer | undefined,
    notices: SelfNotices,
    copies: KeptCopies,
  ) {
    this.#control = control;
    this.#notices = notices;
    this.#copies = copies;
  }

  static async start(parts: AffairsParts): Promise<Affairs> {
    const { paths, clock, log } = parts;
    const directory = paths.state;
    const control = await startControl(join(directory, CONTROL_SOCKET), parts);
    const disk = new DiskReserve(directory);
    const copies = new KeptCopies({ directory, disk, clock, log });
    copies.start();
    return new Affairs(control, startSelfNotices(parts), copies);
  }

  close(): void {
    this.#control?.close();
    this.#notices.stop();
    this.#copies.stop();
  }
}
