import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { alertLine, createHome } from '../support/home.ts';
import { DaemonProcess, integratord, until } from '../support/program.ts';
import { Sink } from '../support/sink.ts';

async function scene(settings: string) {
  const arrived: number[] = [];
  const sink = await Sink.start(({ body }) => {
    arrived.push(Number(/alert (\d+)/.exec(body)?.[1]));
    return { status: 200, body: '{"success": true}' };
  });
  onTestFinished(() => sink.close());
  const home = createHome(
    `<integration><name>shuffle</name><hook_url>${sink.url}</hook_url><alert_format>json</alert_format></integration>`,
  );
  onTestFinished(() => home.remove());
  const configure = (text: string) => {
    writeFileSync(join(home.path, 'etc', 'integratord.yaml'), `integrations:\n  shuffle:\n${text}`);
  };
  configure(settings);
  return { home, arrived, configure };
}

it('conditions decide what is sent, and a reload changes them', async () => {
  const { home, arrived, configure } = await scene(
    '    when: rule.level >= 7 && !("noise" in rule.groups)\n    except: [{ rules: "1000-1099" }]\n',
  );
  const daemon = await DaemonProcess.start(home.path);
  onTestFinished(() => daemon.kill());
  home.append(alertLine(1, { level: 6 }));
  home.append(alertLine(2, { level: 7, groups: ['noise'] }));
  home.append(alertLine(3, { level: 7, groups: ['web'] }));
  await until(() => arrived.length > 0, 'the third has arrived');
  expect(arrived).toEqual([3]);

  configure('    only: { groups: [noi*] }\n');
  daemon.signal('SIGHUP');
  await daemon.logged('configuration reloaded');
  home.append(alertLine(4, { level: 7, groups: ['web'] }));
  home.append(alertLine(5, { level: 7, groups: ['noise'] }));
  await until(() => arrived.length > 1, 'the fifth has arrived');

  configure('    only: { groups: [web] }\n    when: rule.level >> 7\n');
  daemon.signal('SIGHUP');
  await until(
    () => daemon.log.some(({ msg }) => msg.includes('previous one stays active')),
    'the mistake is refused',
  );
  home.append(alertLine(6, { level: 7, groups: ['web'] }));
  home.append(alertLine(7, { level: 7, groups: ['noise'] }));
  await until(() => arrived.length > 2, 'the seventh has arrived');
  expect(arrived).toEqual([3, 5, 7]);
  expect(await daemon.stop()).toBe(0);
});

it('check points into an expression, and match says what was found', async () => {
  const { home, configure } = await scene('    when: rule.level > 6 && rule.id == 5710\n');
  const wrong = await integratord(['check', '--home', home.path]);
  expect(wrong.code).toBe(1);
  expect(wrong.stdout).toContain(
    'integratord.yaml:3:40: error: when: rule.id is a text, and this is not; did you mean "5710"?\n' +
      '    rule.level > 6 && rule.id == 5710\n' +
      '                                 ^^^^\n',
  );
  configure('    when: rule.level > 6\n');
  home.append(alertLine(1, { level: 6 }));
  const match = await integratord([
    'match',
    '--why',
    '--home',
    home.path,
    join(home.path, 'logs/alerts/alerts.json'),
  ]);
  expect(match.stdout).toContain('not shuffle (when): rule.level > 6 is not so, and it is 6\n');
});
