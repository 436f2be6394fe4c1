import type { ScriptCall, ScriptResult, ScriptRunner } from '../core/destination.ts';
import type { ScriptPlace } from './script-place.ts';

/** What holds for every run, until it changes. */
export interface HostSetup {
  readonly place: ScriptPlace;
  readonly environment: NodeJS.ProcessEnv;
}

/** The requests of the daemon to a script host. */
export type HostRequest =
  /** Comes before the first run, and whenever it has changed. */
  | { readonly kind: 'setup'; readonly setup: HostSetup }
  | {
      readonly kind: 'run';
      readonly id: number;
      readonly call: ScriptCall;
      readonly timeoutMs: number;
      readonly name: string;
    }
  /** Stops a run as its signal would; its result still comes. */
  | { readonly kind: 'stop'; readonly id: number };

/** What a script host answers. */
export type HostAnswer =
  /** It is listening. Before this message, nothing it was sent has been processed. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'result'; readonly id: number; readonly result: ScriptResult };

/**
 * The work of a script host: a small process that runs scripts for the daemon. A system copies the
 * page tables of a process to start another, and the process stands still meanwhile: for the daemon
 * that is long, and it has other work.
 *
 * Returns what to wait for when the daemon has gone: the ends of the runs that it had told to stop.
 */
export function serveScripts(
  createRunner: (setup: HostSetup) => ScriptRunner,
  host: NodeJS.Process,
): () => Promise<unknown> {
  let runner: ScriptRunner | undefined;
  const running = new Map<number, AbortController>();
  const stopping = new Set<Promise<ScriptResult>>();
  const answer = (message: HostAnswer) => host.send?.(message, undefined, undefined, () => {});

  host.on('message', (request: HostRequest) => {
    if (request.kind === 'stop') running.get(request.id)?.abort();
    else if (request.kind === 'setup') runner = createRunner(request.setup);
    else if (runner !== undefined) void run(runner, request);
  });
  answer({ kind: 'ready' });
  return () => Promise.all(stopping);

  async function run(
    runner: ScriptRunner,
    request: Extract<HostRequest, { kind: 'run' }>,
  ): Promise<void> {
    const { id, call, timeoutMs, name } = request;
    const stop = new AbortController();
    running.set(id, stop);
    const run = runner.run(call, { timeoutMs, signal: stop.signal, name });
    stop.signal.addEventListener('abort', () => stopping.add(run));
    const result = await run;
    running.delete(id);
    stopping.delete(run);
    answer({ kind: 'result', id, result });
  }
}
