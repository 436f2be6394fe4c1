import {
  chmodSync,
  chownSync,
  existsSync,
  lchownSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Identity, scriptProblem } from '../../src/transport/script-safety.ts';
import { alertLine, createHome } from '../support/home.ts';
import { DaemonProcess, integratord } from '../support/program.ts';
import { isMissing } from '../support/requirement.ts';

/*
 * Which scripts are run, with files that really belong to others: whoever is not root and not us must
 * not be able to have us run anything.
 */

const notRoot = isMissing('Files of other users need root: sudo npx vitest run …', () => {
  if (process.getuid?.() !== 0) throw new Error('not root');
});

const ROOT: Identity = { uid: 0, gids: [0] };
const WAZUH: Identity = { uid: 4101, gids: [4101] };
const MALLORY = 4666;

describe.skipIf(notRoot)('with real owners', () => {
  let base: string;
  let script: string;

  /** A home as a manager has it: `root:wazuh 0750`. */
  beforeEach(() => {
    base = mkdtempSync('/var/tmp/integratord-safety-');
    chmodSync(base, 0o755);
    directory('home', 0, 0o750);
    directory('home/integrations', 0, 0o750);
    script = file('home/integrations/custom-x', 0, 0o750);
  });
  afterEach(() => rmSync(base, { recursive: true, force: true }));

  function directory(name: string, uid: number, mode: number): string {
    const path = join(base, name);
    mkdirSync(path, { recursive: true });
    return owned(path, uid, mode);
  }

  function file(name: string, uid: number, mode: number): string {
    const path = join(base, name);
    writeFileSync(path, '#!/bin/sh\necho ran\n');
    return owned(path, uid, mode);
  }

  function owned(path: string, uid: number, mode: number): string {
    chownSync(path, uid, WAZUH.uid);
    chmodSync(path, mode);
    return path;
  }

  const problems = (path = script) => [ROOT, WAZUH].map((who) => scriptProblem(path, who));
  const bothSay = (text: string) => [expect.stringContaining(text), expect.stringContaining(text)];

  it('runs a script of a manager as it is installed', () => {
    expect(problems()).toEqual([undefined, undefined]);
  });

  it('refuses a script of another ordinary user', () => {
    owned(script, MALLORY, 0o750);
    expect(problems()).toEqual(bothSay(`belongs to user ${MALLORY}`));
  });

  it('refuses a setuid or setgid file', () => {
    for (const mode of [0o4750, 0o2750]) {
      chmodSync(script, mode);
      expect(problems()).toEqual(bothSay('chmod u-s,g-s'));
    }
  });

  it.each(['home/integrations', 'home', '.'])('refuses when another owns %s', (name) => {
    chownSync(join(base, name), MALLORY, 0);
    expect(problems()).toEqual(bothSay(`belongs to user ${MALLORY}`));
  });

  it.each(['home/integrations', 'home', '.'])('refuses when everyone can write to %s', (name) => {
    chmodSync(join(base, name), 0o777);
    expect(problems()).toEqual(bothSay('Every user can put other files into'));
  });

  it('refuses when a foreign group can write to a directory far above it', () => {
    chownSync(base, 0, MALLORY);
    chmodSync(base, 0o775);
    expect(problems()).toEqual(bothSay(`Group ${MALLORY}`));
  });

  it('runs what root has put into a sticky directory, and refuses what another has', () => {
    const sticky = directory('sticky', 0, 0o1777);
    directory('sticky/scripts', 0, 0o755);
    const path = file('sticky/scripts/custom-x', 0, 0o755);
    expect(problems(path)).toEqual([undefined, undefined]);
    chownSync(join(sticky, 'scripts'), MALLORY, 0);
    expect(problems(path)).toEqual(bothSay(`belongs to user ${MALLORY}`));
    chownSync(join(sticky, 'scripts'), 0, 0);
    chownSync(sticky, MALLORY, 0);
    expect(problems(path)).toEqual(bothSay(`belongs to user ${MALLORY}`));
  });

  it('refuses a link that another has put into a sticky directory, though it leads to a good script', () => {
    directory('sticky', 0, 0o1777);
    const link = join(base, 'sticky', 'scripts');
    symlinkSync(join(base, 'home', 'integrations'), link);
    expect(problems(join(link, 'custom-x'))).toEqual([undefined, undefined]);
    rmSync(link);
    symlinkSync(join(base, 'home', 'integrations'), link);
    lchownSync(link, MALLORY, MALLORY);
    expect(problems(join(link, 'custom-x'))).toEqual(bothSay(`${link} belongs to user ${MALLORY}`));
  });

  it('refuses a link through a directory that everyone can write, relative or not', () => {
    directory('open', 0, 0o777);
    directory('open/inner', 0, 0o755);
    linkSync(script, join(base, 'open', 'inner', 'real'));
    const link = join(base, 'home', 'integrations', 'custom-l');
    for (const target of [join(base, 'open/inner/real'), '../../open/inner/real']) {
      rmSync(link, { force: true });
      symlinkSync(target, link);
      expect(problems(link)).toEqual(bothSay(join(base, 'open')));
    }
    chmodSync(join(base, 'open'), 0o755);
    expect(problems(link)).toEqual([undefined, undefined]);
  });

  it('refuses a link whose directories lead through a link in an open directory', () => {
    directory('open', 0, 0o777);
    symlinkSync(join(base, 'home'), join(base, 'open', 'hop'));
    const link = join(base, 'home', 'integrations', 'custom-l');
    symlinkSync(join(base, 'open', 'hop', 'integrations', 'custom-x'), link);
    expect(problems(link)).toEqual(bothSay(join(base, 'open')));
  });
});

describe.skipIf(notRoot)('a running daemon', () => {
  it('parks an integration whose script someone puts another in place of', async () => {
    const home = createHome('<integration><name>custom-x</name></integration>');
    let daemon: DaemonProcess | undefined;
    try {
      home.addScript('custom-x', `#!/bin/sh\necho run >> ${home.path}/runs\n`);
      daemon = await DaemonProcess.start(home.path);
      home.append(alertLine(1));
      await daemon.logged('delivered');
      // What an ordinary user with a writable directory would do.
      const path = join(home.path, 'integrations', 'custom-x');
      const evil = join(home.path, 'integrations', 'evil');
      writeFileSync(evil, `#!/bin/sh\necho evil >> ${home.path}/evil\n`);
      chmodSync(evil, 0o755);
      chownSync(evil, MALLORY, MALLORY);
      renameSync(evil, path);
      home.append(alertLine(2));
      await daemon.logged('integration is parked; its alerts wait until it is fixed');
      expect(existsSync(join(home.path, 'evil'))).toBe(false);
      const { stdout } = await integratord(['queue', 'stats', '--home', home.path, '--json']);
      expect(JSON.parse(stdout)).toMatchObject({ 'custom-x': { delivered: 1, parked: 1 } });
    } finally {
      await daemon?.kill();
      home.remove();
    }
  });
});
