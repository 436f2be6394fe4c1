import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
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
