import { spawn } from 'node:child_process';
import { printStyled, safeStyled } from './output.ts';

/** `less` ends at once where everything fits, shows colours, and leaves what was shown. */
const LESS = 'FRX';

/** Prints text, through the pager of the user where it is longer than their terminal. */
export async function printPaged(text: string): Promise<void> {
  const { isTTY, rows } = process.stdout;
  const pager = process.env['INTEGRATORD_PAGER'] ?? process.env['PAGER'] ?? 'less';
  const isShort = !isTTY || text.split('\n').length <= rows;
  if (isShort || pager.trim() === '' || pager.trim() === 'cat') return printStyled(text);
  if (!(await throughPager(pager, safeStyled(text)))) await printStyled(text);
}

/** False when there is no such pager. */
function throughPager(pager: string, text: string): Promise<boolean> {
  return new Promise((resolve) => {
    const env = { LESS, ...process.env };
    const child = spawn('/bin/sh', ['-c', pager], { stdio: ['pipe', 'inherit', 'inherit'], env });
    child.on('error', () => resolve(false));
    // 127: the shell knows no such command.
    child.on('close', (code) => resolve(code !== 127));
    // Who leaves the pager has seen enough.
    child.stdin.on('error', () => {});
    child.stdin.end(text);
  });
}
