import type { ScriptCall, ScriptResult, ScriptRunner } from '../core/destination.ts';

/** The requests of the daemon to a script host. */
export type HostRequest =
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
 */
export function serveScripts(runner: ScriptRunner, host: NodeJS.Process): void {
  const running = new Map<number, AbortController>();
  const answer = (message: HostAnswer) => host.send?.(message, undefined, undefined, () => {});

  host.on('message', (request: HostRequest) => {
    if (request.kind === 'stop') running.get(request.id)?.abort();
    else void run(request);
  });
  answer({ kind: 'ready' });

  async function run(request: Extract<HostRequest, { kind: 'run' }>): Promise<void> {
    const { id, call, timeoutMs, name } = request;
    const stop = new AbortController();
    running.set(id, stop);
    const result = await runner.run(call, { timeoutMs, signal: stop.signal, name });
    running.delete(id);
    answer({ kind: 'result', id, result });
  }
}
