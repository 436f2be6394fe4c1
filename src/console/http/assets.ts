import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A file that pages load. */
export interface Asset {
  readonly type: string;
  readonly bytes: Buffer;
}

/** The files that pages load, by names that change when they do. All of them are kept in memory. */
export interface Assets {
  /** The address of a file, by the name that it has in the source. */
  url(name: string): string;
  /** The file of an address; undefined where there is none. */
  file(name: string): Asset | undefined;
}

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Where the build puts them, with a list of their names. */
export const ASSETS_DIRECTORY = fileURLToPath(new URL('../assets/', import.meta.url));
export const ASSETS_LIST = 'assets.json';

/** Reads the files of a build. @throws where there are none. */
export function loadAssets(directory: string): Assets {
  const text = readFileSync(join(directory, ASSETS_LIST), 'utf8');
  const names = new Map(Object.entries(JSON.parse(text) as Record<string, string>));
  const files = new Map(
    [...names.values()].map((name): [string, Asset] => {
      const type = TYPES[extname(name)] ?? 'application/octet-stream';
      return [name, { type, bytes: readFileSync(join(directory, name)) }];
    }),
  );
  return {
    url: (name) => `/assets/${names.get(name) ?? name}`,
    file: (name) => files.get(name),
  };
}
