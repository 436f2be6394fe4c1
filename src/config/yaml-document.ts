import { createRequire } from 'node:module';
import type * as Yaml from 'yaml';
import type { Report } from './report.ts';

const require = createRequire(import.meta.url);
/** Loaded only when there is a file to read: most installations have none. */
const yaml = () => require('yaml') as typeof Yaml;

/** More errors only repeat the first one. */
const MOST_ERRORS = 5;

/** A path of keys and positions in a document. */
export type YamlPath = readonly PropertyKey[];

/** A parsed YAML file: its value, and the location of each part. */
export interface YamlFile {
  /** Keys without a value are left out: YAML looks like this when everything below is commented out. */
  readonly value: unknown;
  /** The offset of the value at a path; for a missing path, its nearest parent. */
  offsetOf(path: YamlPath): number;
  /** The offset of the key at the end of a path. */
  offsetOfKey(path: YamlPath): number;
}

/** Parses YAML. Returns undefined when it is invalid; the report then says where and why. */
export function parseYaml(text: string, report: Report): YamlFile | undefined {
  try {
    const document = yaml().parseDocument(text, { prettyErrors: false, logLevel: 'error' });
    if (document.errors.length > 0) {
      for (const { pos, message } of document.errors.slice(0, MOST_ERRORS)) {
        const what = message.includes('call stack') ? 'the nesting is too deep' : message;
        report.error(pos[0], `this is not valid YAML: ${what}`);
      }
      return undefined;
    }
    const reviver = (_: unknown, value: unknown) => (value === null ? undefined : value);
    const value: unknown = document.toJS({ reviver });
    return {
      value,
      offsetOf: (path) => locate(document, path).value,
      offsetOfKey: (path) => locate(document, path).key,
    };
  } catch {
    // The library throws for a few cases, such as aliases that would expand without bound.
    report.error(0, 'this YAML cannot be read: its aliases or nesting are too deep');
    return undefined;
  }
}

function locate(document: Yaml.Document, path: YamlPath): { key: number; value: number } {
  const { isAlias, isMap, isScalar, isSeq } = yaml();
  let node: unknown = document.contents;
  let place = { key: 0, value: startOf(node) ?? 0 };
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find(
        ({ key }) => isScalar(key) && String(key.value) === String(step),
      );
      if (pair === undefined) break;
      const key = startOf(pair.key) ?? place.key;
      place = { key, value: startOf(pair.value) ?? key };
      node = pair.value;
    } else if (isSeq(node) && typeof step === 'number') {
      node = node.items[step];
      const value = startOf(node) ?? place.value;
      place = { key: value, value };
    } else {
      break;
    }
  }
  return place;
}

function startOf(node: unknown): number | undefined {
  return yaml().isNode(node) ? node.range?.[0] : undefined;
}
