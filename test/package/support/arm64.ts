import { existsSync } from 'node:fs';
import { isMissing, mustRun } from '../../support/requirement.ts';

const QEMU = 'qemu-aarch64-static';
/** The C and C++ libraries of such a machine, as Debian has them beside this machine's own. */
const LIBRARIES = '/usr/aarch64-linux-gnu';

/** True where no programs for ARM64 can be run, for `describe.skipIf`. */
export const noArm64 = isMissing(
  'Packages for ARM64 are run by an emulator (apt-get install qemu-user-static libstdc++6-arm64-cross).',
  () => {
    mustRun(QEMU, '--version');
    if (!existsSync(`${LIBRARIES}/lib/libstdc++.so.6`)) throw new Error(`no ${LIBRARIES}`);
  },
);

/** What runs a program for ARM64 whose path follows. Programs that it starts are this machine's own. */
export const EMULATOR = [QEMU, '-L', LIBRARIES] as const;
