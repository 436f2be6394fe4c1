import { join } from 'node:path';
import { CONTROL_SOCKET } from '../control/client.ts';
import type { ControlServer } from '../control/server.ts';
import type { Paths } from '../core/paths.ts';
import { Canaries } from '../outbox/canaries.ts';
import { DiskReserve } from '../outbox/reserve.ts';
import { SourceHours } from '../outbox/source-hours.ts';
import { hostZone, type Zone, zoneOf } from '../times/zone.ts';
import { CanaryKeeper } from './canary-keeper.ts';
import { type ControlParts, startControl } from './control.ts';
import { KeptCopies } from './kept-copies.ts';
import type { LiveFeed } from './live-feed.ts';
import { ReadDoor } from './read-door.ts';
import type { Reloading } from './reloading.ts';
import type { Setup } from './setup.ts';
import { SourceWatch } from './source-watch.ts';
import { type SelfNoticesFrom, startSelfNotices } from './start-self-notices.ts';

export interface AffairsParts
  extends Omit<SelfNoticesFrom, 'live'>,
    Omit<ControlParts, 'live' | 'reloading'> {
  readonly live: LiveFeed;
  readonly paths: Pick<Paths, 'state'>;
  readonly reloading: Reloading;
}

/**
 * What a daemon does besides delivering: it answers to operators, tests its lanes, watches what its sources
 * bring, tells what is wrong with it, and clears away what an upgrade kept.
 */
export class Affairs {
  readonly #control: ControlServer | undefined;
  readonly #readDoor: ReadDoor;
  readonly #watches: readonly { stop(): void }[];

  private constructor(
    control: ControlServer | undefined,
    readDoor: ReadDoor,
    watches: readonly { stop(): void }[],
  ) {
    this.#control = control;
    this.#readDoor = readDoor;
    this.#watches = watches;
  }

  static async start(parts: AffairsParts): Promise<Affairs> {
    const control = await startControl(join(parts.paths.state, CONTROL_SOCKET), parts);
    const { database, lanes, reloading, sources, clock, log } = parts;
    const canaries = new CanaryKeeper({
      canaries: new Canaries(database),
      plans: () => reloading.inForce.canaries,
      lanes: () => lanes.told,
      wake: (woken) => lanes.wake(woken),
      clock,
      log,
    });
    const zone = zoneOf(hostZone()) as Zone;
    const watch = new SourceWatch({ hours: new SourceHours(database), sources, zone, clock });
    canaries.start();
    watch.start();
    const directory = parts.paths.state;
    const disk = new DiskReserve(directory);
    const copies = new KeptCopies({ directory, disk, clock, log });
    copies.start();
    const affairs = new Affairs(control, new ReadDoor(parts), [
      canaries,
      watch,
      startSelfNotices(parts),
      copies,
    ]);
    affairs.use(reloading.inForce);
    return affairs;
  }

  /** A configuration is in force. */
  use({ settings }: Setup): void {
    void this.#readDoor.use(settings.control);
  }

  close(): void {
    this.#control?.close();
    this.#readDoor.stop();
    for (const watch of this.#watches) watch.stop();
  }
}
