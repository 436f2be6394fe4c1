import {
  chmodSync,
  chownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { tempDir } from '../../../test/support/temp-dir.ts';
import { type InstallOptions, planInstall } from './install.ts';
import { isLauncher } from './launcher.ts';
import type { InstallPlan } from './plan.ts';
import { planUninstall } from './uninstall.ts';

const IS_ROOT = process.getuid?.() === 0;
/** Whom to run as: someone else for root, oneself for anyone else. */
const account = IS_ROOT ? { user: '65534', group: '65534' } : { user: undefined, group: undefined };

let home: string;
let options: InstallOptions;
let program: string;

beforeEach(() => {
  const directory = tempDir();
  chmodSync(directory, 0o755);
  home = join(directory, 'ossec');
  for (const name of ['bin', 'queue']) mkdirSync(join(home, name), { recursive: true });
  for (const name of ['', 'bin', 'queue']) chmodSync(join(home, name), 0o755);
  const packageRoot = join(directory, 'package');
  mkdirSync(join(packageRoot, 'dist', 'cli'), { recursive: true });
  writeFileSync(join(packageRoot, 'package.json'), '{}');
  writeFileSync(join(packageRoot, 'dist', 'cli', 'wazuh.js'), '');
  options = {
    home,
    ...account,
    node: process.execPath,
    packageRoot,
    program: join(packageRoot, 'dist', 'cli', 'wazuh.js'),
  };
  program = join(home, 'bin', 'wazuh-integratord');
  original('the original');
});

function original(text: string): void {
  rmSync(program, { force: true });
  writeFileSync(program, text);
  chmodSync(program, 0o750);
}

const texts = (plan: InstallPlan) =>
  plan.kind === 'ready' ? plan.steps.map((step) => step.text) : plan.reasons;
function carryOut(plan: InstallPlan): readonly string[] {
  if (plan.kind === 'ready') for (const step of plan.steps) step.run();
  expect(plan.kind).toBe('ready');
  return texts(plan);
}
const install = (own: Partial<InstallOptions> = {}) => planInstall({ ...options, ...own });
const refusal = (plan: InstallPlan) =>
  plan.kind === 'refused' ? plan.reasons.join('\n') : 'not refused';
const bin = () => readdirSync(join(home, 'bin')).sort();
const content = (path: string) => readFileSync(path, 'utf8');

describe('install', () => {
  it('plans without touching anything', () => {
    const plan = install();
    expect(texts(plan)).toEqual([
      expect.stringContaining(
        `create ${join(home, 'queue', 'integratord')} for the outbox, mode 0700`,
      ),
      `keep the original ${program} as ${program}.original`,
      expect.stringContaining(`write the launcher ${program}, 0750`),
    ]);
    expect(plan).toMatchObject({ notes: [expect.stringContaining('bin/wazuh-control restart')] });
    expect(bin()).toEqual(['wazuh-integratord']);
    expect(content(program)).toBe('the original');
    expect(readdirSync(join(home, 'queue'))).toEqual([]);
  });

  it('keeps the original, writes the launcher and makes the directory of the outbox', () => {
    carryOut(install());
    expect(bin()).toEqual(['wazuh-integratord', 'wazuh-integratord.original']);
    expect(content(`${program}.original`)).toBe('the original');
    expect(isLauncher(readFileSync(program))).toBe(true);
    expect(statSync(program).mode & 0o7777).toBe(0o750);
    const state = statSync(join(home, 'queue', 'integratord'));
    expect(state.mode & 0o7777).toBe(0o700);
    if (!IS_ROOT) return;
    expect([statSync(program).uid, statSync(program).gid]).toEqual([0, 65_534]);
    expect([state.uid, state.gid]).toEqual([65_534, 65_534]);
  });

  it('changes nothing the second time', () => {
    carryOut(install());
    const before = statSync(program).ino;
    expect(carryOut(install())).toEqual([]);
    expect(statSync(program).ino).toBe(before);
  });

  it('renews a launcher that is out of date', () => {
    carryOut(install());
    const other = join(options.packageRoot, 'dist', 'cli', 'other.js');
    writeFileSync(other, '');
    expect(carryOut(install({ program: other }))).toEqual([expect.stringContaining('renew')]);
    expect(content(program)).toContain(other);
    chmodSync(program, 0o777);
    expect(carryOut(install({ program: other }))).toEqual([expect.stringContaining('renew')]);
    expect(content(`${program}.original`)).toBe('the original');
  });

  it('keeps the new original after an upgrade of the manager, not the old one', () => {
    carryOut(install());
    original('the new original');
    expect(carryOut(install())).toEqual([
      `keep the original ${program} as ${program}.original, replacing the one of an earlier version`,
      expect.stringContaining('write the launcher'),
    ]);
    expect(content(`${program}.original`)).toBe('the new original');
    expect(isLauncher(readFileSync(program))).toBe(true);
  });

  it('continues where it was interrupted', () => {
    const plan = install();
    if (plan.kind === 'ready') for (const step of plan.steps.slice(0, 2)) step.run();
    expect(content(program)).toBe('the original');
    expect(carryOut(install())).toEqual([expect.stringContaining('write the launcher')]);
    rmSync(program);
    expect(carryOut(install())).toEqual([expect.stringContaining('write the launcher')]);
    expect(content(`${program}.original`)).toBe('the original');
  });

  it('takes the place of ossec-integratord where that is what is there', () => {
    rmSync(program);
    program = join(home, 'bin', 'ossec-integratord');
    original('the old original');
    expect(carryOut(install())).toHaveLength(3);
    expect(bin()).toEqual(['ossec-integratord', 'ossec-integratord.original']);
    expect(content(program)).toContain("name='ossec-integratord'");
  });

  it('replaces a link to integratord, and keeps nothing of it', () => {
    rmSync(program);
    symlinkSync(options.program, program);
    expect(carryOut(install())).toEqual([
      expect.stringContaining('create'),
      expect.stringContaining('write the launcher'),
    ]);
    expect(lstatSync(program).isFile()).toBe(true);
    expect(content(options.program)).toBe('');
  });

  it('leaves the directory of the outbox as it is when it is right', () => {
    carryOut(install());
    const state = join(home, 'queue', 'integratord');
    chmodSync(state, 0o755);
    expect(carryOut(install())).toEqual([`make ${state} private (0700)`]);
    expect(statSync(state).mode & 0o777).toBe(0o700);
  });

  it.runIf(IS_ROOT)('gives an outbox that root made to the user, links in it excepted', () => {
    const state = join(home, 'queue', 'integratord');
    mkdirSync(join(state, 'scripts'), { recursive: true });
    chmodSync(state, 0o700);
    writeFileSync(join(state, 'outbox.db'), '');
    const outside = join(home, 'precious');
    writeFileSync(outside, '');
    symlinkSync(outside, join(state, 'link'));
    linkSync(outside, join(state, 'second-name'));
    expect(carryOut(install())[0]).toBe(
      `change the owner of ${state} and its contents to 65534:65534`,
    );
    for (const name of ['', 'scripts', 'outbox.db']) {
      expect(statSync(join(state, name)).uid).toBe(65_534);
    }
    expect(statSync(outside).uid).toBe(0);
    expect(carryOut(install())).toEqual([]);
  });
});

describe('install refuses', () => {
  it('a directory that is no manager’s', () => {
    rmSync(program);
    expect(refusal(install())).toContain('no wazuh-integratord or ossec-integratord');
    expect(refusal(install({ home: join(home, 'none') }))).toContain('no wazuh-integratord');
  });

  it('a home without a queue', () => {
    rmSync(join(home, 'queue'), { recursive: true });
    expect(refusal(install())).toContain(`no directory ${join(home, 'queue')}`);
  });

  it('an unknown user', () => {
    const plan = install({ user: 'no-such-user', group: 'no-such-group' });
    expect(refusal(plan)).toBe(
      'there is no user no-such-user with a group no-such-group on this machine',
    );
  });

  it('files that others can change', () => {
    const dist = join(options.packageRoot, 'dist');
    chmodSync(dist, 0o777);
    expect(refusal(install())).toContain(`chmod go-w '${dist}'`);
    chmodSync(dist, 0o755);
    const library = join(options.packageRoot, 'node_modules', 'x');
    mkdirSync(library, { recursive: true });
    writeFileSync(join(library, 'index.js'), '');
    chmodSync(join(library, 'index.js'), 0o666);
    expect(refusal(install())).toContain(`chmod go-w '${join(library, 'index.js')}'`);
  });

  it.runIf(IS_ROOT)('files that the user cannot get at', () => {
    chmodSync(options.packageRoot, 0o700);
    const reason = `user 65534 cannot enter ${options.packageRoot}, which leads to ${options.program}`;
    expect(refusal(install())).toBe(reason);
  });

  it('a program that does not run, and says how it ended', () => {
    writeFileSync(options.program, 'throw new Error("no library")');
    expect(refusal(install())).toMatch(/^integratord cannot run as user .*no library/);
  });

  it('a link to something else', () => {
    rmSync(program);
    symlinkSync('/bin/true', program);
    expect(refusal(install())).toContain(`${program} is a symbolic link to something other`);
    expect(readlinkSync(program)).toBe('/bin/true');
  });

  it('an outbox that is someone else’s, or not a directory', () => {
    const state = join(home, 'queue', 'integratord');
    writeFileSync(state, '');
    expect(refusal(install())).toContain(`${state} is not a directory`);
    if (!IS_ROOT) return;
    rmSync(state);
    mkdirSync(state);
    chownSync(state, 54_321, 0);
    expect(refusal(install())).toContain(`chown -R 65534:65534 '${state}'`);
  });

  it('with all reasons at once', () => {
    rmSync(join(home, 'queue'), { recursive: true });
    chmodSync(join(options.packageRoot, 'dist'), 0o777);
    const plan = install();
    expect(texts(plan)).toHaveLength(2);
  });
});

describe('uninstall', () => {
  it('brings the original back as it was', () => {
    const before = statSync(program);
    carryOut(install());
    const plan = planUninstall(home);
    expect(carryOut(plan)).toEqual([`restore the original ${program} from ${program}.original`]);
    expect(plan).toMatchObject({
      notes: [expect.stringContaining('restart'), expect.stringContaining('queue/integratord')],
    });
    const after = statSync(program);
    expect([after.ino, after.mode, after.uid]).toEqual([before.ino, before.mode, before.uid]);
    expect(bin()).toEqual(['wazuh-integratord']);
    expect(carryOut(planUninstall(home))).toEqual([]);
  });

  it('removes what is left over after an upgrade of the manager', () => {
    carryOut(install());
    original('the new original');
    expect(carryOut(planUninstall(home))).toEqual([expect.stringContaining('a leftover')]);
    expect(bin()).toEqual(['wazuh-integratord']);
    expect(content(program)).toBe('the new original');
  });

  it('refuses when there is nothing to restore', () => {
    carryOut(install());
    rmSync(`${program}.original`);
    expect(refusal(planUninstall(home))).toContain('install the manager');
    expect(isLauncher(readFileSync(program))).toBe(true);
    rmSync(program);
    expect(refusal(planUninstall(home))).toContain('no wazuh-integratord');
  });

  it('does nothing where nothing was installed', () => {
    expect(carryOut(planUninstall(home))).toEqual([]);
    expect(content(program)).toBe('the original');
  });
});
