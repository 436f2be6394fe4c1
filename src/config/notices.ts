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
  const destinationOf = (id: string) =>
    integrations.find(({ integration }) => integration.id === id)?.resolution.destination;
  const told = targets.filter(({ id, wrong }) => {
    if (known?.has(id) === false) {
      wrong(`no integration has the id ${JSON.stringify(id)}${suggestion(id, known)}`);
      return false;
    }
    const destination = destinationOf(id);
    if (destination?.enriches === true) {
      wrong(`${destination.title} looks up alerts, and can be told nothing`);
      return false;
    }
    return true;
  });
  const ids = new Set(told.map(({ id }) => id));
  const others = [...(known ?? [])].filter((id) => !ids.has(id) && !destinationOf(id)?.enriches);
  const [only] = told;
  if (ids.size === 1 && others.length > 0) {
    only?.warn(
      `nobody is told what is wrong with ${only.id} itself, such as a key that is no longer valid: name another integration as well`,
    );
  }
  return [...ids];
}
