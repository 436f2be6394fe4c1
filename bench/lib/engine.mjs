// The daemon's parts in this process: those of this version, or of one with the first layout.
import { existsSync } from 'node:fs';

/** Opens the outbox of a home, with lanes that deliver, and what intake needs. */
export async function openEngine(project, home) {
  const layout = existsSync(project.file('app/daemon.js')) ? 'present' : 'first-layout';
  const engine = await import(`./engines/${layout}.mjs`);
  return await engine.openEngine(project, home);
}
