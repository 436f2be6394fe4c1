import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type JsonObject, valueAt } from '../alert/json.ts';
import { createRegistry } from '../destinations/registry.ts';
import { receiveDatagrams } from '../transport/datagrams/receive-datagrams.ts';
import type { Feed } from './feed.ts';

/**
 * A fake of the manager's queue: what an enrichment sends back becomes an alert, as the
 * manager's rules would make it. Returns a function that ends it.
 * @param received is told of each event, with the part before the JSON.
 */
export function startManager(
  home: string,
  feed: Feed,
  received: (location: string) => void,
): () => void {
  const sockets = join(home, 'queue', 'sockets');
  mkdirSync(sockets, { recursive: true });
  const { builtins } = createRegistry({ home });
  return receiveDatagrams(join(sockets, 'queue'), (datagram) => {
    const text = datagram.toString('utf8');
    const brace = text.indexOf(':{');
    const location = text.slice(2, brace);
    const message = JSON.parse(text.slice(brace + 1)) as JsonObject;
    received(location);
    const id = valueAt(message, 'virustotal', 'source', 'alert_id');
    const source = typeof id === 'string' ? feed.find(id) : undefined;
    if (source === undefined) return;
    for (const builtin of builtins) {
      const alert = builtin.verdict?.(source, { location, message });
      if (alert !== undefined) feed.append(alert.line);
    }
  });
}
