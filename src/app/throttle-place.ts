import { isDeepStrictEqual } from 'node:util';
import { Report } from '../config/report.ts';
import { parseYaml, type YamlFile, type YamlPath } from '../config/yaml-document.ts';
import type { ThrottlePlace } from '../simulation/noise.ts';

/** Where a throttle of an integration goes in the text of a settings file. */
export function throttlePlace(text: string, id: string): ThrottlePlace {
  const report = new Report('', text);
  const yaml = parseYaml(text, report);
  const integrations = ['integrations'];
  const entry = [...integrations, id];
  const throttle = [...entry, 'throttle'];
  if (yaml === undefined || !hasKey(yaml, integrations)) {
    return { has: 'nothing', line: 1, indent: 0 };
  }
  const place = (has: ThrottlePlace['has'], path: YamlPath, within: YamlPath): ThrottlePlace => {
    const { line } = report.positions.at(yaml.offsetOfKey(path));
    return { has, line, indent: indentWithin(within, yaml, text, report) };
  };
  if (hasKey(yaml, throttle)) return place('throttle', throttle, entry);
  if (hasKey(yaml, entry)) return place('entry', entry, entry);
  return place('integrations', integrations, integrations);
}

function hasKey(yaml: YamlFile, path: YamlPath): boolean {
  return keysOf(yaml).some((key) => isDeepStrictEqual(key, path));
}

function keysOf(yaml: YamlFile): YamlPath[] {
  return yaml.scalars().flatMap(({ isKey, path }) => (isKey ? [path] : []));
}

/** How far what stands in a mapping is indented; undefined where it stands in braces. */
function indentWithin(
  path: YamlPath,
  yaml: YamlFile,
  text: string,
  { positions }: Report,
): number | undefined {
  if (text[yaml.offsetOf(path)] === '{') return undefined;
  const first = keysOf(yaml).find((key) => isDeepStrictEqual(key.slice(0, -1), path));
  const { column } = positions.at(yaml.offsetOfKey(first ?? path));
  return column - 1 + (first === undefined ? 2 : 0);
}
