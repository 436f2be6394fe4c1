import { createRequire } from 'node:module';
import type * as Yaml from 'yaml';
import type { Report } from './report.ts';

const require = createRequire(import.meta.url);
/** Loaded when there is a file to read: most have none. */
const yaml = () => require('yaml') as typeof Yaml;

/** More errors than this only repeat the first one. */
const MOST_ERRORS = 5;

/** A path of keys and positions in a document. */
export type YamlPath = readonly PropertyKey[];

/** A YAML file that was parsed: its value, and where each part of it stands. */
export interface YamlFile {
  /** Keys without a value are left out: that is how YAML looks when all below is commented out. */
  readonly value: unknown;
  /** Where the value at a path begins; for a path that is not there, its nearest parent. */
  offsetOf(path: YamlPath): number;
  /** Where the key at the end of a path stands. */
  offsetOfKey(path: YamlPath): number;
}

/** Parses YAML. Returns undefined when it is none; the report then says where and why. */
export function parseYaml(text: string, report: Report): YamlFile | undefined {
  try {
    const document = yaml().parseDocument(text, { prettyErrors: false, logLevel: 'error' });
    if (document.errors.length > 0) {
      for (const { pos, message } of document.errors.slice(0, MOST_ERRORS)) {
        const what = message.includes('call stack') ? 'the nesting is too deep' : message;
        report.error(pos[0], `this is no valid YAML: ${what}`);
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
    // The library throws for a few things, such as aliases that would grow without bounds.
    report.error(0, 'this YAML cannot be read: its aliases or its nesting go too far');
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
