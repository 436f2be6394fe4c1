/** What to call when a signal aborts. */
const watchers = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls back once when the signal aborts; the returned function ends that. All that watch one signal
 * share one listener: the listeners of an AbortSignal form a linked list, in which what was removed
 * long ago keeps alive what came after it, so that thousands of short attempts would fill the memory
 * that is tidied up least often.
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  let callbacks = watchers.get(signal);
  if (callbacks === undefined) {
    const all = new Set<() => void>();
    signal.addEventListener('abort', () => all.forEach((call) => call()), { once: true });
    watchers.set(signal, all);
    callbacks = all;
  }
  const watching = callbacks;
  watching.add(callback);
  return () => {
    watching.delete(callback);
  };
}
