/** Lines of Node that integratord is built for, and the first version of each that will do. */
const SUPPORTED: Readonly<Record<number, number>> = { 20: 19, 22: 12, 24: 0 };

/** Why this Node will not do, in half a sentence; undefined when it does. */
export function nodeProblem(version: string): string | undefined {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  const least = SUPPORTED[major];
  if (least !== undefined && minor >= least) return undefined;
  return `Node ${version} is not supported: use 20.19, 22.12 or 24, or a later release of these`;
}
