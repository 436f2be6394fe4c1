import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { CountingServer } from '../support/counting-server.ts';
import { alertLine, createHome, type Home } from '../support/home.ts';
import { nextVersion } from '../support/other-version.ts';
import { COMMAND, DaemonProcess, integratord, until } from '../support/program.ts';
import { noDisks, SmallDisk } from '../support/small-disk.ts';
import { tempDir } from '../support/temp-dir.ts';

const ALERTS = 3000;
/** It takes more room than a copy that failed has left. */
const LARGE_STEP =
  'CREATE TABLE large AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 5000) SELECT randomblob(1000) FROM n';
const WITHOUT = 'outbox is upgraded, without a copy from before';

describe.skipIf(noDisks)(
  'a disk that fills up while the outbox is copied before an upgrade',
  () => {
    let disk: SmallDisk;
    let state: string;
    let home: Home;
    let server: CountingServer;
    let isUp = false;
    /** The version after this one, which waits before it writes the copy until this file is there. */
    let next: string;
    let go: string;

    const args = () => ['--state', state];
    async function start(program = COMMAND): Promise<DaemonProcess> {
      const daemon = await DaemonProcess.start(home.path, args(), {}, [], program);
      onTestFinished(() => daemon.kill());
      return daemon;
    }
    async function pending(): Promise<number> {
      const command = ['queue', 'stats', '--json', '--home', home.path, ...args()];
      const { stdout } = await integratord(command);
      const { shuffle } = JSON.parse(stdout) as { shuffle?: { pending: number; leased: number } };
      return shuffle === undefined ? -1 : shuffle.pending + shuffle.leased;
    }
    const copies = () => readdirSync(state).filter((name) => name.includes('before-upgrade'));
    const arrived = () => new Set(server.requests.map(({ number }) => number)).size;

    beforeEach(async () => {
      isUp = false;
      disk = SmallDisk.forTest('tmpfs', 64);
      state = join(disk.path, 'state');
      server = await CountingServer.start(() =>
        isUp ? [200, '{"success": true}'] : [503, 'down'],
      );
      const block = `<integration><name>shuffle</name><hook_url>${server.url}/hook</hook_url></integration>`;
      home = createHome(block);
      onTestFinished(async () => {
        await server.close();
        home.remove();
      });
      go = join(tempDir(), 'go');
      next = nextVersion(tempDir(), { step: LARGE_STEP, copyWaitsFor: go });

      const older = await start();
      const rest = `${'x'.repeat(1000)}","location"`;
      const lines = Array.from({ length: ALERTS }, (_, i) => alertLine(i));
      home.append(...lines.map((line) => line.replace('","location"', rest)));
      await until(async () => (await pending()) === ALERTS, 'all of them wait');
      await older.stop();
      isUp = true;
      server.requests.length = 0;
    });

    it('is upgraded without the copy, of which nothing is left', async () => {
      const daemon = DaemonProcess.launch(home.path, args(), {}, [], next);
      onTestFinished(() => daemon.kill());
      await daemon.logged('waits');
      disk.fill();
      disk.free(2 * 2 ** 20);
      writeFileSync(go, '');
      await daemon.logged(WITHOUT);
      expect(daemon.log.find(({ msg }) => msg === WITHOUT)).toMatchObject({
        cause: 'the disk, or a quota on it, was full before the copy was complete',
      });
      expect(copies()).toEqual([]);
      await until(() => arrived() === ALERTS, 'all arrived', 60_000);
      await daemon.stop();
      const command = ['restore-outbox', '--yes', '--home', home.path, ...args()];
      const restored = await integratord(command, { program: next });
      expect([restored.code, restored.stderr]).toEqual([
        1,
        expect.stringContaining('there is nothing to go back to'),
      ]);
    });

    it('is left as it was where not even the upgrade has room, until there is some', async () => {
      const daemon = DaemonProcess.launch(home.path, args(), {}, [], next);
      onTestFinished(() => daemon.kill());
      await daemon.logged('waits');
      rmSync(join(state, 'outbox.reserve'));
      disk.fill();
      writeFileSync(go, '');
      await daemon.logged('outbox cannot be used', ({ trouble }) => trouble === 'full');
      expect(copies()).toEqual([]);
      expect(arrived()).toBe(0);
      disk.free();
      await daemon.logged('outbox is upgraded; a copy from before is kept');
      await until(() => arrived() === ALERTS, 'all arrived', 60_000);
      await daemon.stop();
      expect(copies()).toEqual(['outbox.before-upgrade.db']);
    });
  },
);
