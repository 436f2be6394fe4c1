import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { shellWord } from './shell-word.ts';

it.each(['/var/ossec', '', 'a b', "a'; reboot; '", '$HOME `id` "*" \\ !', 'two\nlines', '-n'])(
  'a shell takes %j as it is',
  (text) => {
    const said = execFileSync('sh', ['-c', `printf '%s' ${shellWord(text)}`], { encoding: 'utf8' });
    expect(said).toBe(text);
  },
);
