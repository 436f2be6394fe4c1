import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isMissing, mustRun } from '../../test/support/requirement.ts';
import { tempDir } from '../../test/support/temp-dir.ts';
import { type CommandEntry, commandTree } from './command-tree.ts';
import { createProgram } from './commands.ts';
import { completionScript, SHELLS } from './completion.ts';
import { hasEffect } from './option-effects.ts';

const program = await createProgram([]);
const tree = commandTree(program);

/** What bash offers for the last of these words. */
function offered(...words: string[]): string[] {
  const line = words.map((word) => `'${word}'`).join(' ');
  const script = `${completionScript(tree, 'bash')}
    COMP_WORDS=(integratord ${line}); COMP_CWORD=${words.length}; COMPREPLY=()
    _integratord; echo "\${COMPREPLY[*]}"`;
  const { stdout, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout.trim().split(' ');
}

/** Quoted for zsh and fish. */
const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

const hasNoZsh = isMissing('zsh is not installed: apt-get install zsh', () =>
  mustRun('zsh', '--version'),
);
const hasNoFish = isMissing('fish is not installed: apt-get install fish', () =>
  mustRun('fish', '--version'),
);

/** What zsh offers for the last of these words. */
function offeredByZsh(...words: string[]): string[] {
  // Its own function would need a terminal: this one shows what it is given.
  const script = `
    _describe() { print -rl -- "\${(@P)2}" }
    _files() { print -r -- FILES }
    compdef() { print -r -- "compdef $*" >&2 }
    eval ${quoted(completionScript(tree, 'zsh'))}
    words=(integratord ${words.map(quoted).join(' ')}); CURRENT=${words.length + 1}
    _integratord`;
  const { stdout, stderr } = spawnSync('zsh', ['-f', '-c', script], { encoding: 'utf8' });
  expect(stderr).toBe('compdef _integratord integratord\n');
  return startingWith(
    stdout.split('\n').map((line) => line.split(':')[0] ?? ''),
    words,
  );
}

/** What fish offers for the last of these words. */
function offeredByFish(...words: string[]): string[] {
  const home = tempDir();
  writeFileSync(join(home, 'script.fish'), completionScript(tree, 'fish'));
  const line = ['integratord', ...words].join(' ');
  const script = `source ${home}/script.fish; complete -C ${quoted(line)}`;
  const { stdout, stderr } = spawnSync('fish', ['--no-config', '-c', script], {
    encoding: 'utf8',
    cwd: home,
    env: { ...process.env, HOME: home },
  });
  expect(stderr).toBe('');
  return startingWith(
    stdout.split('\n').map((line) => line.split('\t')[0] ?? ''),
    words,
  );
}

function startingWith(offers: readonly string[], words: readonly string[]): string[] {
  return offers.filter((one) => one !== '' && one.startsWith(words.at(-1) ?? '')).toSorted();
}

describe.skipIf(hasNoZsh)('completion in zsh', () => {
  it('offers commands, options, the values of both, and files', () => {
    expect(offeredByZsh('qu')).toEqual(['queue']);
    expect(offeredByZsh('queue', 'l')).toEqual(['list']);
    expect(offeredByZsh('--home', '/x', 'queue', 'list', '--ag')).toEqual(['--agent']);
    expect(offeredByZsh('queue', 'list', '--in', 'de')).toEqual(['dead', 'delivered']);
    expect(offeredByZsh('completion', 'z')).toEqual(['zsh']);
    expect(offeredByZsh('run', '--home', 'F')).toEqual(['FILES']);
  });
});

describe.skipIf(hasNoFish)('completion in fish', () => {
  it('offers commands, options, and the values of both', () => {
    expect(offeredByFish('qu')).toEqual(['queue']);
    expect(offeredByFish('queue', 'l')).toEqual(['list']);
    expect(offeredByFish('--home', '/x', 'queue', 'list', '--ag')).toEqual(['--agent']);
    expect(offeredByFish('queue', 'list', '--in', 'de')).toEqual(['dead', 'delivered']);
    expect(offeredByFish('completion', 'z')).toEqual(['zsh']);
  });
});

describe('completion', () => {
  it('offers commands, options and the values of options', () => {
    expect(offered('qu')).toEqual(['queue']);
    expect(offered('queue', 'l')).toEqual(['list']);
    expect(offered('queue', 'list', '--ag')).toEqual(['--agent']);
    expect(offered('queue', 'list', '--in', 'de')).toEqual(['delivered', 'dead']);
    expect(offered('completion', 'z')).toEqual(['zsh']);
  });

  it.each(SHELLS)('for %s knows every command', (shell) => {
    const script = completionScript(tree, shell);
    for (const { path } of flat(tree)) {
      expect(script).toContain(path.split(' ').at(-1));
    }
  });
});

describe('the help', () => {
  it('says for every command which options have an effect', () => {
    const known = program.commands.filter((command) => !hasEffect(command, '--no-such-option'));
    expect(known.map((one) => one.name())).toEqual(program.commands.map((one) => one.name()));
  });
});

function flat(entry: CommandEntry): CommandEntry[] {
  return [entry, ...entry.commands.flatMap(flat)];
}
