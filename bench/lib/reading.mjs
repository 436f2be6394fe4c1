// Contenders for `compare` that read alerts.
import { rmSync } from 'node:fs';
import { openEngine } from './engine.mjs';
import { createHome, useAlertFile } from './home.mjs';
import { blocks } from './integrations.mjs';

/** The baseline: every line is parsed. */
export function parsing(text) {
  return () => {
    let lines = 0;
    for (let start = 0; start < text.length; lines += 1) {
      const end = text.indexOf(10, start);
      JSON.parse(text.toString('utf8', start, end));
      start = end + 1;
    }
    return lines;
  };
}

/**
 * Reads a whole file into a fresh outbox, over and over. The time is that of reading, judging and
 * storing, to the last commit.
 * @param file the path of the alert file, and `lines`, how many it holds.
 * @param settings text of integratord.yaml; none when not given.
 * @param share of the lines that concern somebody, about: it is looked whether as many were stored.
 */
export function reading(project, directory, { integrations, settings, file, lines, share = 0 }) {
  const blocksOf = blocks(integrations, 'http://127.0.0.1:9');
  const home = createHome(directory, { blocks: blocksOf, settings });
  useAlertFile(home, file);
  return async () => {
    rmSync(home.state, { recursive: true, force: true });
    const engine = await openEngine(project, home);
    const from = performance.now();
    await engine.readAll();
    const ms = performance.now() - from;
    const { read, matched } = engine.counts();
    await engine.close();
    if (read !== lines || Math.abs(matched / lines - share) > 0.02 + 1 / Math.sqrt(lines)) {
      throw new Error(`${read} of ${lines} lines were read, ${matched} matched`);
    }
    return { units: lines, ms };
  };
}
