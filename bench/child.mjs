// The process of a measurement: is sent `{ name, root, directory, size }`, answers `{ rows }` or
// `{ error }`, and ends.
import { project } from './projects.mjs';

// On Ctrl-C it is run.mjs that says when to end: by closing the channel. What a measurement has
// started ends with it, see lib/daemon.mjs and lib/server-process.mjs.
process.on('SIGINT', () => undefined);
process.on('disconnect', exit);
process.once('message', (task) => {
  measure(task).then(
    (rows) => process.send({ rows }, exit),
    (error) => process.send({ error: error.stack ?? String(error) }, exit),
  );
});

async function measure({ name, root, ...options }) {
  const { measure } = await import(`./measure/${name}.mjs`);
  return measure({ project: project(root), ...options });
}

function exit() {
  process.exit();
}
