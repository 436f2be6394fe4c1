import { expect, it } from 'vitest';
import { metricsSettings, readMetricsSettings } from './metrics-settings.ts';

it.each([
  ['127.0.0.1:9781', { host: '127.0.0.1', port: 9781 }],
  ['0.0.0.0:1', { host: '0.0.0.0', port: 1 }],
  ['[::1]:65535', { host: '::1', port: 65_535 }],
  ['[::]:9781', { host: '::', port: 9781 }],
])('reads the address %s', (listen, address) => {
  expect(readMetricsSettings(metricsSettings.parse({ listen })).listen).toEqual(address);
});

it.each([
  '9781',
  ':9781',
  '127.0.0.1',
  '127.0.0.1:0',
  '127.0.0.1:65536',
  '127.0.0.1:97810000',
  '127.0.0.1:9781/metrics',
  'http://127.0.0.1:9781',
  'localhost:9781',
  '::1:9781',
  '[127.0.0.1]:9781',
  '256.0.0.1:9781',
  ' 127.0.0.1:9781',
])('refuses the address %s', (listen) => {
  const [issue] = metricsSettings.safeParse({ listen }).error?.issues ?? [];
  expect(issue?.message).toContain('must be an IP address and a port, such as 127.0.0.1:9781');
});

it.each(['integratord.prom', '/var/lib/node_exporter/', '/var/lib/x.txt', '/x\0.prom', ''])(
  'refuses the file %s',
  (file) => {
    expect(metricsSettings.safeParse({ file }).success).toBe(false);
  },
);

it('gives nothing unless it is asked to', () => {
  const nothing = { listen: undefined, file: undefined };
  expect(readMetricsSettings(undefined)).toEqual(nothing);
  expect(readMetricsSettings({})).toEqual(nothing);
  const file = '/var/lib/node_exporter/integratord.prom';
  expect(readMetricsSettings(metricsSettings.parse({ file }))).toEqual({ ...nothing, file });
});
