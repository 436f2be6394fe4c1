// What is said of mutants.
import { relative } from 'node:path';

const LONGEST = 70;

/** One line: where, what kind, and what becomes what. */
export function describeMutant(root, text, { path, line, mutator, start, end, replacement }) {
  const before = shorten(text.slice(start, end));
  return `${relative(root, path)}:${line} ${mutator}: ${before} → ${shorten(replacement)}`;
}

function shorten(text) {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}

/** The numbers of a run. A mutant that makes the tests hang was noticed. */
export function summary(results, chosen) {
  const count = (wanted) => results.filter(({ result }) => result === wanted).length;
  const died = count('failed') + count('timeout');
  const uncovered = results.filter(({ isCovered }) => !isCovered).length;
  const percent = results.length === 0 ? 0 : Math.floor((died / results.length) * 1000) / 10;
  const left = chosen - results.length;
  return (
    `killed ${count('failed')}, timeouts ${count('timeout')}, survived ${count('passed')} ` +
    `(${uncovered} of them on lines that no test runs): ${percent} % died` +
    (left > 0 ? `; ${left} were not tried for lack of time` : '')
  );
}
