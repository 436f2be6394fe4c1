import { UnorderedSet, type UnorderedSetItem } from '../core/unordered-set.ts';

interface Watcher extends UnorderedSetItem {
  readonly call: () => void;
}

/** What to call when a signal aborts. */
const watchers = new WeakMap<AbortSignal, UnorderedSet<Watcher>>();

/**
 * Calls back once when the signal aborts; the returned function ends that. All that watch one signal
 * share one listener: the listeners of an AbortSignal form a linked list, in which what was removed
 * long ago keeps alive what came after it, so that thousands of short attempts would fill the memory
 * that is tidied up least often.
 */
export function onAbort(signal: AbortSignal, call: () => void): () => void {
  const watching = watchersOf(signal);
  const watcher = { place: -1, call };
  watching.add(watcher);
  return () => {
    watching.delete(watcher);
  };
}

function watchersOf(signal: AbortSignal): UnorderedSet<Watcher> {
  const known = watchers.get(signal);
  if (known !== undefined) return known;
  const all = new UnorderedSet<Watcher>();
  // Of a copy: who is called ends its watch.
  const callAll = () => all.list().forEach(({ call }) => call());
  signal.addEventListener('abort', callAll, { once: true });
  watchers.set(signal, all);
  return all;
}
