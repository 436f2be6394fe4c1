import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { LogFields } from '../core/log.ts';
import { Scrubber, Secret } from '../core/secret.ts';
import { createLog } from './log.ts';
import { LOG_FORMATS, type LogFormat, type LogLevel } from './log-settings.ts';

const KEY = 'p4ss/w"ord\\é';

interface Options {
  readonly format?: LogFormat;
  readonly level?: LogLevel;
  readonly color?: boolean;
}

/** What is written for one message. */
function logged(
  message: string,
  fields?: LogFields,
  options: Options = {},
  level: LogLevel = 'info',
) {
  const lines: string[] = [];
  const sink = { write: (line: string) => lines.push(line) };
  const log = createLog(
    { format: 'json', level: 'debug', color: false, sink, ...options },
    new Scrubber([KEY]),
  );
  log[level](message, fields);
  return lines.join('');
}

describe('the JSON format', () => {
  it('is one object per line, with the level in words and the time in ISO form', () => {
    const line = logged('integration enabled', { integration: 'slack', ms: 12 });
    expect(line.endsWith('}\n')).toBe(true);
    const { time, ...rest } = JSON.parse(line) as Record<string, unknown>;
    expect(rest).toEqual({
      level: 'info',
      msg: 'integration enabled',
      integration: 'slack',
      ms: 12,
    });
    expect(new Date(String(time)).toISOString()).toBe(time);
  });

  it('needs no fields', () => {
    expect(JSON.parse(logged('ready'))).toMatchObject({ level: 'info', msg: 'ready' });
  });

  it('keeps strange text in one line', () => {
    const cause = 'a\nb\r\u2028\u0000"\u001b[31m';
    const line = logged('failed', { cause });
    expect(line.trim().split('\n')).toHaveLength(1);
    expect(JSON.parse(line)).toMatchObject({ cause });
  });
});

describe('the ossec format', () => {
  it.each<[LogLevel, string]>([
    ['debug', 'DEBUG'],
    ['info', 'INFO'],
    ['warn', 'WARNING'],
    ['error', 'ERROR'],
  ])('writes %s as the manager’s own daemons do', (level, word) => {
    const line = logged(
      'attempt failed',
      { integration: 'slack', ms: 3 },
      { format: 'ossec' },
      level,
    );
    expect(line).toMatch(
      new RegExp(
        `^\\d{4}/\\d\\d/\\d\\d \\d\\d:\\d\\d:\\d\\d integratord: ${word}: attempt failed: integration=slack ms=3\\n$`,
      ),
    );
  });

  it('quotes what is not one word, and lets nothing break out of the line', () => {
    const fields = { a: 'two words', b: 'x="y"', c: '', d: { e: [1] }, f: 'l\nm', g: 'a=b' };
    const line = logged('odd', fields, { format: 'ossec' });
    expect(line.split('odd: ')[1]).toBe(
      'a="two words" b="x=\\"y\\"" c="" d="{\\"e\\":[1]}" f="l\\nm" g="a=b"\n',
    );
  });
});

describe('the pretty format', () => {
  it('is one line for people', () => {
    const line = logged('attempt failed', { integration: 'slack' }, { format: 'pretty' }, 'warn');
    expect(line).toMatch(
      /^\[\d\d:\d\d:\d\d\.\d{3}\] WARN: attempt failed \{"integration":"slack"\}\n$/,
    );
  });

  it('has colours only where they are wanted', () => {
    const plain = logged('x', { a: 1 }, { format: 'pretty' });
    const colourful = logged('x', { a: 1 }, { format: 'pretty', color: true });
    expect(plain).not.toContain('\u001b');
    expect(colourful).toContain('\u001b[');
  });
});

describe.each(LOG_FORMATS)('in the %s format', (format) => {
  it('no secret shows, wherever it stands', () => {
    const fields = {
      cause: `key ${KEY} refused`,
      url: `https://x/?k=${encodeURIComponent(KEY)}`,
      secret: new Secret('another-secret'),
      nested: { deep: [`<${KEY}>`, JSON.stringify({ key: KEY })] },
      error: new Error(`no entry for ${KEY}`),
    };
    const line = logged(`message ${KEY}`, fields, { format });
    expect(line).not.toMatch(/p4ss|another-secret/);
    expect(line.match(/\[redacted\]/g)).toHaveLength(7);
    expect(line.trim().split('\n')).toHaveLength(1);
  });

  it('errors are told by message and code, without their stack', () => {
    const error = Object.assign(new Error('disk is full'), { code: 'ENOSPC' });
    const line = logged('cannot write', { error }, { format });
    expect(line).toContain('disk is full (ENOSPC)');
    expect(line).not.toMatch(/log\.test|stack|at /);
    expect(logged('odd', { error: 'just text' }, { format })).toContain('just text');
  });

  it('control characters of others do not reach the terminal', () => {
    const evil = '\u001b]0;title\u0007\u001b[2J\u009b31m\u007f\u0085';
    for (const cause of [evil, `${evil} x`, { nested: [evil] }]) {
      const line = logged('failed', { cause }, { format });
      expect(line.trimEnd()).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
      expect(line).toContain('title');
    }
  });

  it('what is below the level is left out', () => {
    const written = (level: LogLevel) => logged('x', {}, { format, level: 'warn' }, level) !== '';
    expect((['debug', 'info', 'warn', 'error'] as const).filter(written)).toEqual([
      'warn',
      'error',
    ]);
  });
});

it('plain Node finds what the pretty format needs', () => {
  const code = `
    import { PinoPretty } from 'pino-pretty';
    process.stdout.write(PinoPretty.prettyFactory({ colorize: false })({ level: 'info', msg: 'x' }));
  `;
  const cwd = fileURLToPath(new URL('../../', import.meta.url));
  const args = ['--input-type=module', '--eval', code];
  expect(execFileSync(process.execPath, args, { cwd, encoding: 'utf8' })).toBe('INFO: x\n');
});
