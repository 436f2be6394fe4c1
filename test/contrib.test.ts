import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { createHome } from './support/home.ts';
import { type Finished, integratord } from './support/program.ts';
import { tempDir } from './support/temp-dir.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const { bin, engines } = JSON.parse(read('package.json')) as {
  bin: { integratord: string };
  engines: { node: string };
};

/** Runs a command line of a shipped file, in a home of ours where there is nothing to do. */
function runAs(args: readonly string[]): Promise<Finished> {
  const home = createHome('');
  onTestFinished(() => home.remove());
  writeFileSync(join(home.path, 'etc', 'integrations.conf'), '<ossec_config></ossec_config>');
  const ours = args.map((arg) =>
    arg.replace('/var/ossec', home.path).replace('/var/lib/integratord', join(home.path, 'state')),
  );
  return integratord(ours);
}

describe('contrib/systemd/integratord.service', () => {
  const unit = read('contrib/systemd/integratord.service');
  const command = /^ExecStart=(.+)$/m.exec(unit)?.[1]?.split(' ') ?? [];

  it('starts what is there, with options that exist', async () => {
    expect(command[1]).toBe(`/opt/integratord/${bin.integratord}`);
    const { code, stderr } = await runAs(command.slice(2));
    expect(code).toBe(0);
    expect(stderr).toContain('Remote integrations not configured');
  });

  it('is a unit that systemd takes', ({ skip }) => {
    if (spawnSync('systemd-analyze', ['--version']).error !== undefined) {
      process.stderr.write('SKIPPED: there is no systemd-analyze here\n');
      skip();
    }
    const path = join(tempDir(), 'integratord.service');
    const complaints = (text: string) => {
      writeFileSync(path, text);
      const { stderr } = spawnSync('systemd-analyze', ['verify', path], { encoding: 'utf8' });
      // It may have something to say of this machine's own units, too.
      return stderr.split('\n').filter((line) => line.includes('integratord'));
    };
    const here = unit.replace('/usr/bin/node', process.execPath);
    expect(complaints(here)).toEqual([]);
    expect(complaints(here.replace('KillMode=mixed', 'KillMode=mixt'))).toHaveLength(1);
    expect(complaints(unit.replace('/usr/bin/node', '/none/node'))).not.toEqual([]);
  });
});

describe('contrib/docker', () => {
  const dockerfile = read('contrib/docker/Dockerfile');
  const instructions = [...dockerfile.matchAll(/^([A-Z]+) (.+)$/gm)].map(
    ([, name = '', rest = '']) => ({ name, rest }),
  );
  const all = (name: string) =>
    instructions.filter((one) => one.name === name).map(({ rest }) => rest);

  it('builds on a Node that will do', () => {
    const images = all('FROM').map((rest) => /^node:(\d+)-bookworm-slim\b/.exec(rest)?.[1]);
    expect(images).toHaveLength(2);
    const least = Number(/^>=(\d+)\./.exec(engines.node)?.[1]);
    for (const major of images) expect(Number(major)).toBeGreaterThanOrEqual(least);
  });

  it('copies files that exist, and that are let through', () => {
    const allowed = read('contrib/docker/Dockerfile.dockerignore').split('\n');
    const sources = all('COPY')
      .filter((rest) => !rest.startsWith('--from='))
      .flatMap((rest) => rest.split(' ').slice(0, -1));
    expect(sources.length).toBeGreaterThan(7);
    for (const source of sources) {
      expect([source, existsSync(join(root, source))]).toEqual([source, true]);
      expect(allowed).toContain(`!${source}`);
    }
    const named = allowed.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
    expect(named.sort()).toEqual([...new Set(sources)].sort());
  });

  it('runs what is there as somebody else than root, with options that exist', async () => {
    const [entry] = all('ENTRYPOINT').map((rest) => JSON.parse(rest) as string[]);
    expect(entry).toEqual(['node', `/opt/integratord/${bin.integratord}`]);
    expect(all('USER')).toEqual(['${WAZUH_UID}:${WAZUH_GID}']);
    expect(all('ARG')).toEqual(['WAZUH_UID=999', 'WAZUH_GID=999']);
    const [args = []] = all('CMD').map((rest) => JSON.parse(rest) as string[]);
    const { code, stderr } = await runAs(args);
    expect([code, stderr]).toEqual([0, expect.stringContaining('not configured')]);
  });

  it('has a compose file that fits', async () => {
    interface Compose {
      services: Record<string, Service>;
      volumes: Record<string, { external: boolean; name: string } | null>;
    }
    interface Service {
      build: { context: string; dockerfile: string; args: Record<string, string> };
      command: string[];
      volumes: string[];
      read_only: boolean;
      cap_drop: string[];
    }
    const compose = parse(read('contrib/docker/compose.yaml')) as Compose;
    const { integratord: service } = compose.services as { integratord: Service };
    const context = join(root, 'contrib', 'docker', service.build.context);
    expect(existsSync(join(context, service.build.dockerfile))).toBe(true);
    expect(Object.keys(service.build.args)).toEqual(['WAZUH_UID', 'WAZUH_GID']);
    const used = service.volumes.map((volume) => volume.split(':'));
    expect(used.map(([name = '']) => name).sort()).toEqual(Object.keys(compose.volumes).sort());
    // It writes to its own volume and to nothing of the manager's.
    const writable = used.filter(([, , mode]) => mode !== 'ro').map(([, path]) => path);
    expect(writable).toEqual(['/var/lib/integratord']);
    expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'] });
    const { code, stderr } = await runAs(service.command);
    expect([code, stderr]).toEqual([0, expect.stringContaining('not configured')]);
  });
});
