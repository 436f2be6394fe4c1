import { copyFileSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Debian, noDebian } from './support/debian.ts';
import { madeFile, ROOT } from './support/made-packages.ts';
import { setUpManager } from './support/manager.ts';

const dockerfile = readFileSync(join(ROOT, 'contrib/docker/Dockerfile'), 'utf8');
const all = (name: string): string[] =>
  [...dockerfile.matchAll(new RegExp(`^${name} (.+)$`, 'gm'))].map(([, rest = '']) => rest);

// There is no Docker in these tests; the image is a Debian of the same release, as small.
describe.skipIf(noDebian)('the Dockerfile, done by hand', () => {
  let debian: Debian;
  beforeAll(async () => {
    debian = await Debian.start();
    setUpManager(debian);
  });
  afterAll(() => debian.remove());

  it('unpacks the tarball of the machine it is built for, and runs it as another user', () => {
    for (const arch of ['x64', 'arm64']) {
      const tarball = madeFile(new RegExp(`-linux-${arch}\\.tar\\.gz$`));
      copyFileSync(tarball, debian.path(`/tmp/${basename(tarball)}`));
    }
    const env = { TARGETARCH: 'amd64', WAZUH_UID: '999', WAZUH_GID: '999' };
    for (const command of all('RUN')) debian.must(['sh', '-c', command], { env });
    const [entry = []] = all('ENTRYPOINT').map((rest) => JSON.parse(rest) as string[]);
    const [args = []] = all('CMD').map((rest) => JSON.parse(rest) as string[]);
    expect(debian.must([...entry, '--version'], { user: 'somebody' })).toMatch(/^\d+\./);
    // Where somebody asks who is inside, the command has no path, and means the outbox of the daemon.
    const variables = all('ENV').flatMap((line) => line.split(' ').map((one) => one.split('=')));
    const inside = { env: Object.fromEntries(variables) as Record<string, string> };
    const status = debian.run(['integratord', 'status'], { ...inside, user: 'somebody' });
    expect([status.code, status.stdout + status.stderr]).toEqual([
      3,
      expect.stringContaining('/var/lib/integratord'),
    ]);
    debian.must(['tee', '/var/ossec/etc/ossec.conf'], { input: '<ossec_config></ossec_config>' });
    const { code, stderr } = debian.run([...entry, ...args], { user: 'wazuh' });
    expect([code, stderr]).toEqual([0, expect.stringContaining('not configured')]);
  });
});
