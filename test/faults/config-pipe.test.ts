import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createHome } from '../support/home.ts';
import { integratord } from '../support/program.ts';

const hook = '<hook_url>${file:SECRET}</hook_url><level>3</level>';

it.each(['ossec.conf', 'integratord.yaml', 'secret'])(
  'check says that %s is no regular file where it is a pipe, and does not wait for one who writes',
  async (which) => {
    const home = createHome('');
    onTestFinished(() => home.remove());
    const pipe = join(home.path, 'etc', which);
    home.configure(`<integration><name>slack</name>${hook.replace('SECRET', pipe)}</integration>`);
    rmSync(pipe, { force: true });
    execFileSync('mkfifo', [pipe]);
    const { code, stdout, stderr } = await integratord(['check', '--home', home.path]);
    expect(stdout + stderr).toContain('is not a regular file');
    expect(code).toBe(1);
  },
);
