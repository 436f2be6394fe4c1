import { describe, expect, it } from 'vitest';
import { Scrubber } from './secret.ts';
import { looksSecret, secretMembers, secretsInOptions } from './secret-names.ts';

describe('names', () => {
  it.each([
    'api_key',
    'apiKey',
    'API-KEY',
    'X-Api-Key',
    'token',
    'auth_token',
    'accessToken',
    'password',
    'smtp_passwd',
    'Authorization',
    'Proxy-Authorization',
    'client_secret',
    'clientSecret',
    'webhook_url',
    'hook_url',
    'routing_key',
    'credentials',
    'Cookie',
    'auth',
    'pass',
  ])('%s looks secret', (name) => {
    expect(looksSecret(name)).toBe(true);
  });

  it.each([
    'channel',
    'key',
    'project_key',
    'issue_key',
    'dedup_key',
    'author',
    'authority',
    'compass',
    'max_tokens',
    'token_type',
    'token_url_path',
    'password_policy',
    'password_file',
    'secret_name',
    'username',
    'text',
  ])('%s does not', (name) => {
    expect(looksSecret(name)).toBe(false);
  });
});

describe('options', () => {
  const found = (options: object) => {
    return secretsInOptions(JSON.stringify(options), JSON.parse(JSON.stringify(options)));
  };

  it('are searched at any depth, in lists of headers, and for numbers', () => {
    const options = {
      a: [{ b: { api_key: 'k-123456' } }],
      headers: [
        { name: 'X-Api-Key', value: 'h-123456' },
        { name: 'Accept', value: 'text/plain' },
      ],
      credentials: { user: 'svc-wazuh', code: 12345678 },
    };
    expect(found(options)).toEqual(['k-123456', 'h-123456', 'svc-wazuh', '12345678']);
    expect(secretMembers({ token: true, password: null, secret: '' })).toEqual([]);
  });

  it('give the parts of a header and the account in it', () => {
    const basic = Buffer.from('svc:pa55word').toString('base64');
    const options = { headers: { Authorization: `Basic ${basic}` }, text: 'Bearer abc.def-ghi' };
    expect(found(options)).toEqual(
      expect.arrayContaining([basic, 'svc:pa55word', 'pa55word', 'abc.def-ghi']),
    );
    expect(found({ proxy: 'http://u:s3cret-pw@proxy:3128/' })).toContain('s3cret-pw');
  });

  it('that are no JSON are searched for pairs', () => {
    expect(secretsInOptions('token=abc-12345; chat: 99', undefined)).toEqual(['abc-12345']);
    expect(secretsInOptions("{'api_key': 'abc-12345',}", undefined)).toEqual(['abc-12345']);
  });

  it('do not hide short and ordinary words', () => {
    const words = {
      password: 'changeme',
      token: 'none',
      secret: 'yes',
      auth: 'basic',
      api_key: '1234',
    };
    expect(found(words)).toEqual([]);
  });
});

describe('the account of an address', () => {
  const clean = (text: string) => {
    return new Scrubber(['https://svc%40corp:p%C3%A4ss-w0rd@host.test/x']).scrub(text);
  };
  it.each([
    Buffer.from('svc@corp:päss-w0rd').toString('base64'),
    `Basic ${Buffer.from('svc@corp:päss-w0rd').toString('base64')}`,
    Buffer.from('svc@corp:päss-w0rd').toString('base64url'),
    encodeURIComponent(Buffer.from('svc@corp:päss-w0rd').toString('base64')),
    'svc@corp:päss-w0rd',
    'p%C3%A4ss-w0rd',
    'p%c3%a4ss-w0rd',
    'päss-w0rd',
  ])('is not shown as %s', (text) => {
    expect(clean(`got ${text} from you`)).toMatch(
      /^got (?:Basic )?\[redacted\](?:=|%3D)* from you$/,
    );
  });
});
