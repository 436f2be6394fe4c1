// See pages.mjs. A message says how many pages are to be open, and whether someone simulates; the answer is how
// many events the pages had.
import { setTimeout as sleep } from 'node:timers/promises';
import { ask, body, load } from './ask-console.mjs';

const socketPath = process.argv[2];
const EVERY_MS = 10_000;
const POLL_MS = 200;
let open = [];
let events = 0;

process.on('message', (wanted) => void keep(wanted));

async function keep({ pages, simulates }) {
  for (const close of open) close();
  open = [];
  const told = events;
  events = 0;
  await Promise.all(Array.from({ length: pages }, openPage));
  if (simulates) void simulateAgainAndAgain();
  process.send(told);
}

async function openPage() {
  await load(socketPath, '/');
  await load(socketPath, '/series');
  await stream();
  const timer = setInterval(() => void load(socketPath, '/series'), EVERY_MS);
  open.push(() => clearInterval(timer));
}

/** Opens a stream; resolves with its first event. */
function stream() {
  return new Promise((resolve) => {
    const asked = ask(socketPath, '/events', (response) => {
      response.setEncoding('utf8').on('data', (text) => {
        events += text.split('\nevent: ').length - 1;
        resolve();
      });
    });
    open.push(() => asked.destroy());
  });
}

/** Has the console find out what the alerts of today would have become, and begins anew when it has. */
async function simulateAgainAndAgain() {
  const closed = new AbortController();
  open.push(() => closed.abort());
  while (!closed.signal.aborted) {
    const form = new URLSearchParams({ span: 'today', settings: '{}' });
    const { headers, status } = await body(socketPath, '/simulate', String(form));
    if (status === 200) {
      // The one before has not ended yet.
      await sleep(POLL_MS);
      continue;
    }
    const id = /^\/simulate\/(\d+)$/.exec(headers.location ?? '')?.[1];
    if (id === undefined) throw new Error(`/simulate answered ${status}`);
    let isOver = false;
    while (!closed.signal.aborted && !isOver) {
      await sleep(POLL_MS);
      isOver = JSON.parse((await body(socketPath, `/run/${id}`)).text).isOver;
    }
    await body(socketPath, '/run/cancel', `id=${id}`);
  }
}
