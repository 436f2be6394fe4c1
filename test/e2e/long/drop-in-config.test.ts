import { mkdirSync, writeFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createHome } from '../../support/home.ts';
import { IS_ROOT } from '../../support/manager-home.ts';
import { type Finished, integratord, LAUNCHED } from '../../support/program.ts';
import { vectors } from '../../support/vectors.ts';

interface Row {
  readonly case: string;
  readonly conf: string;
  readonly check_exit: 0 | 1;
  readonly check_output: readonly string[];
}

/** Read here, although the reference refuses them: the vectors' README, 5. */
const READ_HERE = ['whitespace_value', 'cdata', 'options_lt', 'space_in_tag'];
/** Root has to say whom to become. */
const account = IS_ROOT ? ['-u', 'root', '-g', '0'] : [];

function newHome(): { path: string; config: string; log: string } {
  const home = createHome('');
  onTestFinished(() => home.remove());
  mkdirSync(join(home.path, 'var', 'run'), { recursive: true });
  writeFileSync(join(home.path, 'etc', 'internal_options.conf'), 'integrator.debug=0\n');
  const log = join(home.path, 'logs', 'ossec.log');
  writeFileSync(log, '');
  return { path: home.path, config: home.config, log };
}

const asOriginal = (home: string, ...flags: string[]): Promise<Finished> =>
  integratord(['--home', home, ...account, ...flags], { program: LAUNCHED });
const codes = (lines: readonly string[]) =>
  lines.flatMap((line) => /: (?:ERROR|CRITICAL): \((\d+)\)/.exec(line)?.[1] ?? []);

describe('-t', () => {
  const rows = vectors<Row>('config.jsonl');

  it('judges every configuration as the original does', async () => {
    expect(rows).toHaveLength(53);
    const home = newHome();
    const results = new Map<string, unknown>();
    const expected = new Map<string, unknown>();
    for (const row of rows) {
      await writeFile(home.config, row.conf);
      const { code, stdout, stderr } = await asOriginal(home.path, '-t');
      const isRead = READ_HERE.includes(row.case);
      results.set(row.case, { code, stdout, codes: codes(stderr.split('\n')) });
      expected.set(row.case, {
        code: isRead ? 0 : row.check_exit,
        stdout: '',
        codes: isRead ? [] : codes(row.check_output),
      });
    }
    expect(results).toEqual(expected);
    const refusals = rows.filter((row) => row.check_exit === 1 && !READ_HERE.includes(row.case));
    expect(refusals).toHaveLength(10);
    // Only refusals reach the manager's log, with all their lines.
    const logged = codes((await readFile(home.log, 'utf8')).split('\n'));
    expect(logged).toEqual(refusals.flatMap((row) => codes(row.check_output)));
  }, 120_000);

  it.each([
    [
      '<ossec_config>\n  <integration>\n    <level>x</level>\n  </integration></ossec_config>',
      3,
      12,
    ],
    ['<ossec_config>\n<integration><nam>slack</nam></integration></ossec_config>', 2, 14],
    ['<ossec_config>\n <integration><level>3</level></integration></ossec_config>', 2, 2],
    ['<ossec_config><integration>\n<max_log> 5</max_log></integration></ossec_config>', 2, 11],
    ['<ossec_config></ossec_config>\n<other></other>', 2, 1],
    ['<ossec_config><logging><log_format>xml</log_format></logging></ossec_config>', 1, 36],
    ['<ossec_config>\n<global>\n', 2, 1],
  ])(
    'says below the lines of the original where the mistake is: %j',
    async (conf, line, column) => {
      const home = newHome();
      await writeFile(home.config, conf);
      const { code, stderr } = await asOriginal(home.path, '-t');
      expect(code).toBe(1);
      const logged = await readFile(home.log, 'utf8');
      const place = `${home.config}:${line}:${column}: the mistake is here\n`;
      expect([logged === '', stderr]).toEqual([false, logged + place]);
      // A start says what the original says, and no more.
      expect(codes((await asOriginal(home.path)).stderr.split('\n'))).toEqual(
        codes(logged.split('\n')),
      );
    },
  );

  it('warns of what the original accepts in silence, in words that the API takes for no error', async () => {
    const home = newHome();
    await writeFile(
      home.config,
      '<ossec_config><integration><name>slack</name><hook_url>${env:NOT_SET}</hook_url></integration></ossec_config>',
    );
    const { code, stderr } = await asOriginal(home.path, '-t');
    expect(code).toBe(0);
    expect(stderr).toContain('NOT_SET');
    expect(stderr).not.toMatch(/ERROR: |CRITICAL: /);
    expect(await readFile(home.log, 'utf8')).toBe('');
  });

  it('needs no debug level, but says so', async () => {
    const home = newHome();
    await writeFile(join(home.path, 'etc', 'local_internal_options.conf'), 'integrator.debug=x\n');
    const { code, stderr } = await asOriginal(home.path, '-t');
    expect(code).toBe(0);
    expect(stderr).toContain(
      'WARNING: integrator.debug in etc/local_internal_options.conf must be',
    );
    expect((await asOriginal(home.path, '-td')).stderr).toBe('');
  });
});

describe('flags', () => {
  it.each([
    [['-V'], 0, /^integratord \d+\.\d+\.\d+, in place of wazuh-integratord\n$/],
    [['-h'], 1, /^Usage: wazuh-integratord /],
    [['-D'], 1, /^wazuh-integratord: there is no option -D\n\nUsage: /],
    [['-t', '-u'], 1, /^wazuh-integratord: -u needs a value\n/],
  ])('%j', async (flags, code, text) => {
    const finished = await integratord(['wazuh', '--home', '/nowhere', ...flags]);
    expect(finished).toMatchObject({ code, stdout: '' });
    expect(finished.stderr).toMatch(text);
  });

  it('takes the name of the former Integrator', async () => {
    const { path } = newHome();
    const args = ['wazuh', '--home', path, '--as', 'ossec-integratord', ...account];
    expect((await integratord(args)).stderr.slice(20)).toBe(
      'ossec-integratord: INFO: Remote integrations not configured. Clean exit.\n',
    );
  });

  it.runIf(IS_ROOT)('refuses a user that does not exist', async () => {
    const { path, log } = newHome();
    const args = ['wazuh', '--home', path, '-t', '-u', 'no-such-user', '-g', 'root'];
    const { code, stderr } = await integratord(args);
    expect(code).toBe(1);
    const line = "CRITICAL: (1203): Invalid user 'no-such-user' or group 'root' given.\n";
    expect(stderr).toContain(line);
    expect(await readFile(log, 'utf8')).toBe(stderr);
  });
});
