import { suggestion } from '../core/nearest.ts';
import type { LoadedIntegration } from './loaded-integration.ts';
import type { NoticeTarget } from './settings.ts';

/**
 * The integrations that can be told about ourselves. What cannot is reported and left out.
 * @param known the ids of all integrations; undefined where they are not known.
 */
export function noticeIds(
  targets: readonly NoticeTarget[],
  integrations: readonly Pick<LoadedIntegration, 'integration' | 'resolution'>[],
  known: ReadonlySet<string> | undefined,
): string[] {
  return targets.flatMap(({ id, wrong }) => {
    if (known?.has(id) === false) {
      wrong(`no integration has the id ${JSON.stringify(id)}${suggestion(id, known)}`);
      return [];
    }
    const found = integrations.find(({ integration }) => integration.id === id);
    const destination = found?.resolution.destination;
    if (destination?.enriches === true) {
      wrong(`${destination.title} looks up alerts, and can be told nothing`);
      return [];
    }
    return [id];
  });
}
