// What package-lock.json says of the libraries that are shipped.

/**
 * The libraries that are no tools of development, by their place below the project.
 * @param lock package-lock.json, parsed: of version 3
 * @param target what they are for: its `os` and `cpu` as Node names them, and its `libc`, `glibc` or
 * `musl`; undefined for all systems
 * @returns pairs of the place, such as `node_modules/zod`, and what the lock file says of it
 */
export function shippedPackages(lock, target) {
  const { '': _project, ...packages } = lock.packages;
  return Object.entries(packages).filter(
    ([, one]) => !one.dev && (target === undefined || suits(one, target)),
  );
}

/** `@hono/node-server` of `node_modules/x/node_modules/@hono/node-server`. */
export function nameOf(path) {
  return path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
}

/** Whether npm installs a package there: a list names systems, or with `!` all but those. */
function suits(one, target) {
  return ['os', 'cpu', 'libc'].every((what) => {
    const list = [one[what] ?? []].flat();
    if (list.length === 0 || target[what] === undefined) return true;
    if (list.includes(`!${target[what]}`)) return false;
    return list.includes(target[what]) || list.every((entry) => entry.startsWith('!'));
  });
}
