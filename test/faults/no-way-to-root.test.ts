import {
  appendFileSync,
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { IS_ROOT, ManagerHome, whyNotInstallable } from '../support/manager-home.ts';
import { COMMAND, type Finished } from '../support/program.ts';
import { isMissing } from '../support/requirement.ts';

/** Who would like to be root: an ordinary user. The manager's own is nobody here, as in its tests. */
const ATTACKER = 54_321;
const MANAGER = 65_534;

const cannotTest = isMissing('Only root can try how others become root; run this as root.', () => {
  if (!IS_ROOT) throw new Error('not root');
  const obstacle = whyNotInstallable();
  if (obstacle !== undefined) throw new Error(obstacle);
});

/** A directory that everyone may enter. */
function open(path: string, owner = 0): string {
  mkdirSync(path, { recursive: true });
  chmodSync(path, 0o755);
  chownSync(path, owner, owner);
  return path;
}

/** integratord as installed by root, with links to the libraries of this clone. */
class Package {
  readonly root: string;
  readonly main: string;
  readonly node_modules: string;

  constructor(scene: string) {
    const clone = join(dirname(COMMAND), '..', '..');
    this.root = open(join(scene, 'integratord'));
    cpSync(join(clone, 'dist'), join(this.root, 'dist'), { recursive: true });
    cpSync(join(clone, 'package.json'), join(this.root, 'package.json'));
    this.node_modules = open(join(this.root, 'node_modules'));
    for (const name of readdirSync(join(clone, 'node_modules'))) {
      symlinkSync(join(clone, 'node_modules', name), join(this.node_modules, name));
    }
    this.main = join(this.root, 'dist', 'cli', 'main.js');
  }

  /** Every file of ours writes down who runs it, and which one it is. */
  confess(record: string): void {
    const dist = join(this.root, 'dist');
    for (const name of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
      if (!name.endsWith('.js')) continue;
      const line = `(await import('node:fs')).appendFileSync(${JSON.stringify(record)}, process.getuid() + ' ${name}\\n');\n`;
      const text = readFileSync(join(dist, name), 'utf8');
      writeFileSync(join(dist, name), text.replace(/^(#!.*\n)?/, `$1${line}`));
    }
  }
}

let scene: string;
let theirs: string;
let manager: ManagerHome;
let ours: Package;

describe.skipIf(cannotTest)('a user who would like to be root', () => {
  beforeEach(() => {
    scene = open(mkdtempSync(join(tmpdir(), 'integratord-root-')));
    theirs = open(join(scene, 'theirs'), ATTACKER);
    manager = new ManagerHome('', 'root');
    ours = new Package(scene);
  });
  afterEach(() => {
    manager.remove();
    rmSync(scene, { recursive: true, force: true });
  });

  const install = (...args: string[]): Promise<Finished> => {
    const account = ['--user', String(MANAGER), '--group', String(MANAGER)];
    return manager.run(process.execPath, [
      ours.main,
      'install',
      '--home',
      manager.path,
      ...account,
      ...args,
    ]);
  };
  const evil = (name: string): string => {
    const path = join(theirs, name);
    const text = `require('node:fs').appendFileSync(${JSON.stringify(join(theirs, 'proof'))}, process.getuid() + '\\n');\n`;
    writeFileSync(path, text);
    chownSync(path, ATTACKER, ATTACKER);
    return path;
  };

  it('finds nothing amiss in what root installed, also below /tmp', async () => {
    expect(await install()).toMatchObject({ code: 0, stderr: '' });
  });

  const refusals: readonly [what: string, plant: () => string][] = [
    [
      'owns dist',
      () => {
        const dist = join(ours.root, 'dist');
        chownSync(dist, ATTACKER, 0);
        return dist;
      },
    ],
    [
      'is in the group that may write dist',
      () => {
        const dist = join(ours.root, 'dist');
        chownSync(dist, 0, ATTACKER);
        chmodSync(dist, 0o775);
        return dist;
      },
    ],
    [
      'owns the directory node_modules itself',
      () => {
        chownSync(ours.node_modules, ATTACKER, ATTACKER);
        return ours.node_modules;
      },
    ],
    [
      'may add to node_modules, although it is sticky',
      () => {
        chmodSync(ours.node_modules, 0o1777);
        return ours.node_modules;
      },
    ],
    [
      'owns what node_modules links to',
      () => {
        const moved = join(theirs, 'modules');
        cpSync(ours.node_modules, moved, { recursive: true, verbatimSymlinks: true });
        rmSync(ours.node_modules, { recursive: true });
        symlinkSync(moved, ours.node_modules);
        return theirs;
      },
    ],
    [
      'owns what one library links to',
      () => {
        rmSync(join(ours.node_modules, 'yaml'));
        symlinkSync(theirs, join(ours.node_modules, 'yaml'));
        return theirs;
      },
    ],
    [
      'owns a directory between a link and what it leads to',
      () => {
        const real = open(join(theirs, 'real'));
        const link = join(scene, 'link');
        symlinkSync(join(theirs, 'real'), link);
        rmSync(join(ours.node_modules, 'yaml'));
        symlinkSync(link, join(ours.node_modules, 'yaml'));
        expect(lstatSync(real).uid).toBe(0);
        return theirs;
      },
    ],
    [
      'could put something where a link leads nowhere',
      () => {
        const nowhere = join(theirs, 'not-yet');
        symlinkSync(nowhere, join(ours.node_modules, 'optional'));
        return theirs;
      },
    ],
    [
      'owns package.json',
      () => {
        const path = join(ours.root, 'package.json');
        chownSync(path, ATTACKER, ATTACKER);
        return path;
      },
    ],
    [
      'owns a directory above everything',
      () => {
        chownSync(scene, ATTACKER, ATTACKER);
        return scene;
      },
    ],
    [
      'owns bin, where the launcher goes',
      () => {
        const bin = join(manager.path, 'bin');
        chownSync(bin, ATTACKER, MANAGER);
        return bin;
      },
    ],
    [
      'owns the queue, where root makes the outbox',
      () => {
        const queue = join(manager.path, 'queue');
        chownSync(queue, MANAGER, MANAGER);
        return queue;
      },
    ],
  ];

  it.each(refusals)(
    '%s: install refuses, names the place, and changes nothing',
    async (_, plant) => {
      const place = plant();
      const { code, stderr } = await install();
      expect(stderr).toMatch(/^refused: /);
      expect(stderr).toContain(place);
      expect(code).toBe(1);
      expect(existsSync(`${manager.program}.original`)).toBe(false);
      expect(existsSync(join(manager.path, 'queue', 'integratord'))).toBe(false);
    },
  );

  it('sees no file of ours run as root but the one that changes the user', async () => {
    expect((await install()).code).toBe(0);
    const record = join(scene, 'record');
    writeFileSync(record, '');
    chmodSync(record, 0o666);
    ours.confess(record);
    const asRoot = () => {
      const lines = readFileSync(record, 'utf8').trimEnd().split('\n');
      writeFileSync(record, '');
      expect(lines.some((line) => line.startsWith(`${MANAGER} dropin/program.js`))).toBe(true);
      return lines.filter((line) => line.startsWith('0 ')).map((line) => line.slice(2));
    };
    for (const flags of [['-t'], [], ['-f']]) {
      expect((await manager.integrator(...flags)).code).toBe(0);
      expect(asRoot()).toEqual(['cli/wazuh.js', 'dropin/enter.js', 'cli/start-in-place.js']);
    }
    const account = ['-u', String(MANAGER), '-g', String(MANAGER)];
    const call = ['wazuh', '--home', manager.path, '-t', ...account];
    expect((await manager.run(process.execPath, [ours.main, ...call])).code).toBe(0);
    expect(asRoot()).toEqual(['cli/main.js', 'dropin/enter.js', 'cli/start-command.js']);
    const link = join(manager.path, 'bin', 'ossec-integratord');
    symlinkSync(ours.main, link);
    expect((await manager.run(process.execPath, [link, '-t', ...account])).code).toBe(0);
    expect(asRoot()).toEqual(['cli/main.js', 'dropin/enter.js', 'cli/start-command.js']);
  });

  it('gets nothing run through the environment and the directory of whoever starts the manager', async () => {
    expect((await install()).code).toBe(0);
    writeFileSync(join(theirs, 'package.json'), '{"type":"commonjs","main":"evil.cjs"}');
    writeFileSync(join(theirs, '.env'), `NODE_OPTIONS=--require ${evil('env.cjs')}\n`);
    for (const name of ['commander', 'zod', 'yaml', '@photostructure/sqlite']) {
      mkdirSync(join(theirs, 'node_modules', name), { recursive: true });
      writeFileSync(
        join(theirs, 'node_modules', name, 'index.js'),
        readFileSync(evil('module.cjs'), 'utf8'),
      );
    }
    const environment = {
      NODE_OPTIONS: `--require ${evil('evil.cjs')}`,
      NODE_PATH: join(theirs, 'node_modules'),
      NODE_COMPILE_CACHE: join(theirs, 'cache'),
      NODE_V8_COVERAGE: join(theirs, 'coverage'),
      NODE_REDIRECT_WARNINGS: join(theirs, 'warnings'),
    };
    const start = `cd '${theirs}' && exec '${manager.program}' -t`;
    const before = readdirSync(theirs).sort();
    expect(await manager.run('/bin/sh', ['-c', start], environment)).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
    expect(readdirSync(theirs).sort()).toEqual(before);
  });

  it('has root write into nothing that a link in the place of the log leads to', async () => {
    expect((await install()).code).toBe(0);
    const precious = join(scene, 'precious');
    writeFileSync(precious, 'as it was\n');
    const log = join(manager.path, 'logs', 'ossec.log');
    rmSync(log, { force: true });
    symlinkSync(precious, log);
    // Neither the launcher, when it gives way to the original, nor what refuses an account.
    expect((await manager.integrator('-u', 'no-such-user')).code).toBe(1);
    appendFileSync(join(ours.root, 'dist', 'dropin', 'enter.js'), '\nthrow new Error("broken");\n');
    expect((await manager.integrator('-t')).stdout).toBe('original: -t\n');
    expect(readFileSync(precious, 'utf8')).toBe('as it was\n');
  });

  it('gets nothing of what is in the outbox of root given that is not in it', async () => {
    const state = open(join(manager.path, 'queue', 'integratord'));
    const scripts = open(join(state, 'scripts'), ATTACKER);
    const precious = join(scene, 'precious');
    writeFileSync(precious, '');
    symlinkSync(precious, join(scripts, 'link'));
    symlinkSync(scene, join(state, 'up'));
    expect((await install()).code).toBe(0);
    expect(lstatSync(state).uid).toBe(MANAGER);
    for (const path of [precious, scene]) expect(lstatSync(path).uid).toBe(0);
    expect(lstatSync(scripts).uid).toBe(ATTACKER);
  });
});
