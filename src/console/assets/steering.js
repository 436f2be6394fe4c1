// What the pages about the configuration do by themselves. All of it can be done without.

// --- copying ---

for (const button of document.querySelectorAll('[data-text]')) {
  // Without a secure address there is no clipboard.
  if (navigator.clipboard === undefined) break;
  button.hidden = false;
  button.addEventListener('click', () => void copy(button));
}

async function copy(button) {
  await navigator.clipboard.writeText(button.dataset.text);
  document.querySelector('#said').textContent = 'Copied';
  button.classList.add('copied');
  setTimeout(() => button.classList.remove('copied'), 1500);
}

// --- something that is at work ---

const running = document.querySelector('[data-run]');

async function look() {
  try {
    const answer = await fetch(running.dataset.run, { headers: { 'x-integratord': '1' } });
    if (!answer.ok) return again(3000);
    const { isOver, part, text } = await answer.json();
    if (isOver) return location.reload();
    running.querySelector('progress').value = part;
    running.querySelector('[data-run-text]').textContent = text;
  } catch {
    // The daemon is gone for a moment.
  }
  again(1000);
}

function again(milliseconds) {
  setTimeout(() => void look(), milliseconds);
}

if (running !== null) again(500);
