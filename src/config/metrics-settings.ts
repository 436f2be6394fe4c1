import { isIP } from 'node:net';
import { isAbsolute } from 'node:path';
import { z } from 'zod';
import type { ListenAddress, MetricsSettings } from '../core/settings.ts';

const ADDRESS = /^(?:\[([0-9a-fA-F:.]+)\]|([0-9.]+)):(\d{1,5})$/;

/** `127.0.0.1:9781` or `[::1]:9781`; undefined where it is neither. */
function listenAddress(text: string): ListenAddress | undefined {
  const [, six, four, digits] = ADDRESS.exec(text) ?? [];
  const host = six ?? four ?? '';
  const port = Number(digits);
  const isAddress = isIP(host) === (six === undefined ? 4 : 6);
  return isAddress && port >= 1 && port <= 65_535 ? { host, port } : undefined;
}

/** `metrics` in the settings file: where the numbers go besides the control socket. */
export const metricsSettings = z
  .strictObject({
    listen: z
      .string()
      .refine((text) => listenAddress(text) !== undefined, {
        error: 'must be an IP address and a port, such as 127.0.0.1:9781 or "[::1]:9781"',
      })
      .optional()
      .describe(
        'IP address and port at which Prometheus gets them: `127.0.0.1:9781`. Default: none.',
      ),
    file: z
      .string()
      .refine((path) => isAbsolute(path) && path.endsWith('.prom') && !path.includes('\0'), {
        error: 'must be a whole path that ends in .prom: node_exporter reads no other files',
      })
      .optional()
      .describe(
        'File for the textfile collector of node_exporter, written every 15 seconds. Its name ends in `.prom`. Default: none.',
      ),
  })
  .optional()
  .describe('Where the metrics can be read, besides the control socket.');

/** The same, as the program uses it. */
export function readMetricsSettings(raw: z.infer<typeof metricsSettings>): MetricsSettings {
  return {
    listen: raw?.listen === undefined ? undefined : listenAddress(raw.listen),
    file: raw?.file,
  };
}
