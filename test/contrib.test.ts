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
const { bin } = JSON.parse(read('package.json')) as { bin: { integratord: string } };

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

describe('contrib/systemd/integratord-keep', () => {
  const service = read('contrib/systemd/integratord-keep.service');
  const path = read('contrib/systemd/integratord-keep.path');
  const command = /^ExecStart=(.+)$/m.exec(service)?.[1]?.split(' ') ?? [];

  it('starts what is there, with options that exist; where nothing was installed it does nothing', async () => {
    expect(command[1]).toBe(`/opt/integratord/${bin.integratord}`);
    const { code, stdout } = await runAs(command.slice(2));
    expect([code, stdout]).toEqual([0, 'nothing to do: integratord was not installed there\n']);
  });

  it('comes before the manager, which starts without it, too', () => {
    expect(service).toMatch(/^Before=wazuh-manager\.service$/m);
    expect(service).toMatch(/^WantedBy=wazuh-manager\.service$/m);
    expect(service).not.toMatch(/^Required/m);
    expect(path).toMatch(/^PathChanged=\/var\/ossec\/bin\/wazuh-integratord$/m);
    expect(path).toMatch(/^Unit=integratord-keep\.service$/m);
  });

  it('are units that systemd takes', ({ skip }) => {
    if (spawnSync('systemd-analyze', ['--version']).error !== undefined) {
      process.stderr.write('SKIPPED: there is no systemd-analyze here\n');
      skip();
    }
    const directory = tempDir();
    const places = ['service', 'path'].map((kind) => join(directory, `integratord-keep.${kind}`));
    const texts = [service.replace('/usr/bin/node', process.execPath), path];
    places.forEach((place, at) => writeFileSync(place, texts[at] ?? ''));
    const { stderr } = spawnSync('systemd-analyze', ['verify', ...places], { encoding: 'utf8' });
    expect(stderr.split('\n').filter((line) => line.includes('integratord'))).toEqual([]);
  });
});

describe('contrib/docker', () => {
  const dockerfile = read('contrib/docker/Dockerfile');
  const instructions = [...dockerfile.matchAll(/^([A-Z]+) (.+)$/gm)].map(
    ([, name = '', rest = '']) => ({ name, rest }),
  );
  const all = (name: string) =>
    instructions.filter((one) => one.name === name).map(({ rest }) => rest);

  it('builds from the tarballs, and from nothing else that is here', () => {
    const [from = ''] = all('COPY').filter((rest) => !rest.startsWith('--from='));
    const [source = ''] = from.split(' ');
    expect(source).toBe('packages/integratord-*-linux-*.tar.gz');
    const allowed = read('contrib/docker/Dockerfile.dockerignore').trim().split('\n').slice(1);
    expect(allowed).toEqual(['*', `!${source}`]);
    // It brings a Node: the image needs none.
    expect(all('FROM')).toEqual(['debian:12-slim AS unpacked', 'debian:12-slim']);
  });

  it('runs what is there as somebody else than root, with options that exist', async () => {
    const [entry] = all('ENTRYPOINT').map((rest) => JSON.parse(rest) as string[]);
    expect(entry).toEqual(['/opt/integratord/bin/integratord']);
    expect(all('USER')).toEqual(['${WAZUH_UID}:${WAZUH_GID}']);
    expect(all('ARG')).toEqual(['TARGETARCH=amd64', 'WAZUH_UID=999', 'WAZUH_GID=999']);
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
