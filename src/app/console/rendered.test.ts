import { describe, expect, it } from 'vitest';
import { consoleApp } from '../../../test/support/console-app.ts';
import { hostileAlert } from '../../../test/support/console-scene.ts';
import { alertLine } from '../../../test/support/home.ts';

const block = (name: string, more = '') =>
  `<integration><name>${name}</name><hook_url>https://hooks.test/secret-hook-path</hook_url><level>3</level><alert_format>json</alert_format>${more}</integration>`;

describe('the message of a delivery', () => {
  it('is shown as Slack shows it, and as a command, without secrets', async () => {
    const app = consoleApp({ blocks: block('slack') });
    app.store([1], alertLine(1));
    const { body } = await app.ask('/delivery/1');
    expect(body).toContain('<div class="shown danger"><p class="title">alert 1</p>');
    expect(body).toContain('<em>(Level 10)</em>');
    expect(body).toContain('The request: POST https://hooks.test/[redacted]');
    expect(body).toContain('curl -sS -g -X POST &#39;https://hooks.test/[redacted]&#39;');
    expect(body).not.toContain('secret-hook-path');
  });

  it('holds nothing of a hidden field, in any form', async () => {
    const hide = ['full_log', 'rule.description'];
    const app = consoleApp({ blocks: block('slack'), write: false, hide });
    const alert = JSON.parse(alertLine(1)) as Record<string, unknown>;
    app.store([1], JSON.stringify({ ...alert, full_log: 'a "quoted" topsecret \\ log' }));
    const { body } = await app.ask('/delivery/1');
    expect(body).toContain('As the service shows it');
    expect(body).not.toMatch(/quoted|topsecret|alert 1</);
    const writer = consoleApp({ blocks: block('slack'), hide });
    writer.store([1], JSON.stringify({ ...alert, full_log: 'a "quoted" topsecret \\ log' }));
    expect((await writer.ask('/delivery/1')).body).toContain('topsecret');
  });

  it('of a hostile alert is text', async () => {
    const app = consoleApp({ blocks: block('slack') });
    app.store([1], hostileAlert(1));
    const { body } = await app.ask('/delivery/1');
    expect(body).toContain('class="card"');
    expect(body).not.toMatch(/<img|<svg|\sstyle=/);
    // What a key fills in is as it was; all that shows is escaped.
    expect(body.replaceAll(/ data-agent="[^"]*"/g, '')).not.toContain('\u202e');
  });

  it('is the call of a script where one is run', async () => {
    const app = consoleApp({ blocks: block('custom-x'), lanes: ['custom-x'] });
    app.home.addScript('custom-x', '#!/bin/sh\n');
    app.store([1], alertLine(1));
    const { body } = await app.ask('/delivery/1');
    expect(body).toContain('<dt>Script</dt>');
    expect(body).toContain('/integrations/custom-x</dd>');
    expect(body).not.toContain('secret-hook-path');
  });

  it('is not shown where nobody can know it', async () => {
    const app = consoleApp({ blocks: block('slack'), lanes: ['gone'] });
    app.store([1], alertLine(1));
    const { body } = await app.ask('/delivery/1');
    expect(body).toContain('It is not shown: the configuration has no gone that could send it.');
    const large = consoleApp({ blocks: block('slack') });
    large.store([1], JSON.stringify({ ...JSON.parse(alertLine(1)), x: 'x'.repeat(3e5) }));
    expect((await large.ask('/delivery/1')).body).toContain('too large to be shown like this');
  });
});
