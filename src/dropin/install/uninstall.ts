import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type InstallPlan, type InstallStep, refused, restartNote } from './plan.ts';
import { findProgram } from './programs.ts';

/** Works out how to bring the original back. Changes nothing yet. */
export function planUninstall(home: string): InstallPlan {
  const found = findProgram(home);
  if (found === undefined) {
    return refused(`there is no wazuh-integratord or ossec-integratord in ${join(home, 'bin')}`);
  }
  const { path, kept, hasKept, state } = found;
  const steps: InstallStep[] = [];
  if (state === 'original') {
    if (hasKept) {
      const text = `remove ${kept}, a leftover: the original is already in place`;
      steps.push({ text, run: () => rmSync(kept) });
    }
    return { kind: 'ready', steps, notes: [] };
  }
  if (!hasKept) {
    return refused(
      `the original is not at ${kept}, so it cannot be restored: reinstall the manager's package`,
    );
  }
  steps.push({
    text: `restore the original ${path} from ${kept}`,
    run: () => renameSync(kept, path),
  });
  const directory = join(home, 'queue', 'integratord');
  const notes = [
    restartNote(found),
    `undelivered alerts stay in ${directory}; remove that directory when you no longer need it`,
  ];
  return { kind: 'ready', steps, notes };
}
