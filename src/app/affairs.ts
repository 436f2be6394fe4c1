import { join } from 'node:path';
import { CONTROL_SOCKET } from '../control/client.ts';
import type { ControlServer } from '../control/server.ts';
import type { Paths } from '../core/paths.ts';
import { type ControlParts, startControl } from './control.ts';
import type { Reloading } from './reloading.ts';
import type { SelfNotices } from './self-notices.ts';
import { type SelfNoticesFrom, startSelfNotices } from './start-self-notices.ts';

export interface AffairsParts extends SelfNoticesFrom, Omit<ControlParts, 'reloading'> {
  readonly paths: Pick<Paths, 'state'>;
  readonly reloading: Reloading;
}

/** What a daemon does besides delivering: it answers to operators, and tells what is wrong with it. */
export class Affairs {
  readonly #control: ControlServer | undefined;
  readonly #notices: SelfNotices;

  private constructor(control: ControlServer | undefined, notices: SelfNotices) {
    this.#control = control;
    this.#notices = notices;
  }

  static async start(parts: AffairsParts): Promise<Affairs> {
    const control = await startControl(join(parts.paths.state, CONTROL_SOCKET), parts);
    return new Affairs(control, startSelfNotices(parts));
  }

  close(): void {
    this.#control?.close();
    this.#notices.stop();
  }
}
