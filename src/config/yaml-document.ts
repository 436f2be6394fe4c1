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
  /**
   * The offset of a character in the text at a path, counted in UTF-16 units; that of the text where it is
   * not written in one piece.
   */
  offsetInside(path: YamlPath, within: number): number;
  /** All texts, numbers and so on, and the keys, in the order of the file. */
  scalars(): YamlScalar[];
}

/** Something that is written in one piece. */
export interface YamlScalar {
  /** Where it stands; of a key, where its value does. */
  readonly path: readonly (string | number)[];
  readonly isKey: boolean;
  readonly value: unknown;
  /** From where to where it is written, quotes included. */
  readonly start: number;
  readonly end: number;
  /** What its mapping calls itself, as headers do: `{ name: Authorization, value: … }`. */
  readonly label: string | undefined;
  /** True where it may stand elsewhere as well, by an alias. */
  readonly hasAnchor: boolean;
}

/** Parses YAML. Returns undefined when it is invalid; the report then says where and why. */
export function parseYaml(text: string, report: Report): YamlFile | undefined {
  try {
    const deep = tooDeepAt(text);
    if (deep !== undefined) {
      report.error(deep, 'this is not valid YAML: the nesting is too deep');
      return undefined;
    }
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
      offsetInside: (path, within) => inside(locate(document, path), within, text),
      scalars: () => scalarsOf(document),
    };
  } catch {
    // The library throws for a few cases, such as aliases that would expand without bound.
    report.error(0, 'this YAML cannot be read: its aliases or nesting are too deep');
    return undefined;
  }
}

/** Nobody writes so many levels. */
const DEEPEST = 200;

/**
 * Where a text is nested too deep; undefined where it is not. The library calls itself for every level: near
 * the end of the stack a regular expression that is used for the first time ends the whole process.
 */
function tooDeepAt(text: string): number | undefined {
  // Mostly there are not as many signs of nesting in all.
  const levels = (text.match(/[[{]/g)?.length ?? 0) + longest(text, /(?:[-?] +){2,}/g);
  if (levels + longest(text, /^ +/gm) <= DEEPEST) return undefined;
  type Node = Yaml.CST.Token | null | undefined;
  for (const token of new (yaml().Parser)().parse(text)) {
    const open: [Node, number][] = [[token, 0]];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const [node, depth] = next;
      if (node === null || node === undefined) continue;
      if (depth > DEEPEST) return node.offset;
      if (node.type === 'document') open.push([node.value, depth]);
      if (!('items' in node)) continue;
      for (const { key, value } of node.items) open.push([key, depth + 1], [value, depth + 1]);
    }
  }
  return undefined;
}

function longest(text: string, pattern: RegExp): number {
  let most = 0;
  for (const [found] of text.matchAll(pattern)) most = Math.max(most, found.length);
  return most;
}

/** Where a part of a document is, and what it is. */
interface Located {
  readonly key: number;
  readonly value: number;
  readonly node: unknown;
}

function locate(document: Yaml.Document, path: YamlPath): Located {
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
  return { ...place, node };
}

/** A text that stands in one piece, in a line or below a `|`, can be looked into. */
function inside({ node, value: start }: Located, within: number, text: string): number {
  const { isScalar } = yaml();
  if (!isScalar(node) || !node.range || typeof node.value !== 'string') return start;
  const [begin, end] = node.range;
  const source = text.slice(begin, end);
  if (node.type === 'BLOCK_LITERAL') {
    const before = node.value.slice(0, within).split('\n');
    const lines = source.split('\n');
    const indent = /^ */.exec(lines.slice(1).find((line) => line.trim() !== '') ?? '')?.[0].length;
    const above = lines.slice(0, before.length).reduce((sum, line) => sum + line.length + 1, 0);
    return begin + above + (indent ?? 0) + (before.at(-1)?.length ?? 0);
  }
  const found = source.indexOf(node.value);
  return found === -1 ? start : begin + found + within;
}

function scalarsOf(document: Yaml.Document): YamlScalar[] {
  const { isMap, isScalar, isSeq } = yaml();
  const found: YamlScalar[] = [];
  type Path = YamlScalar['path'];
  const add = (node: unknown, path: Path, isKey: boolean, label: string | undefined) => {
    if (!isScalar(node) || !node.range) return;
    const [start, end] = node.range;
    const hasAnchor = node.anchor !== undefined;
    found.push({ path, isKey, value: node.value, start, end, label, hasAnchor });
  };
  const walk = (node: unknown, path: Path, label: string | undefined): void => {
    if (isSeq(node)) node.items.forEach((item, at) => walk(item, [...path, at], undefined));
    else if (isMap(node)) {
      const its = ['name', 'key', 'header'].map((key) => node.get(key)).find(isText);
      for (const { key, value } of node.items) {
        const below = [...path, isScalar(key) ? String(key.value) : ''];
        add(key, below, true, undefined);
        walk(value, below, its);
      }
    } else add(node, path, false, label);
  };
  walk(document.contents, [], undefined);
  return found;
}

const isText = (value: unknown): value is string => typeof value === 'string';

function startOf(node: unknown): number | undefined {
  return yaml().isNode(node) ? node.range?.[0] : undefined;
}
