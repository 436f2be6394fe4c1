// What the console's pages do by keys. All of it can be done without.

const $ = (selector, within = document) => within.querySelector(selector);
const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];
const say = (text) => {
  $('#said').textContent = text;
};

// --- where one is in a table ---

let here = -1;

function rows() {
  return $$('[data-row]').filter((row) => row.offsetParent !== null);
}

function move(by) {
  const all = rows();
  if (all.length === 0) return;
  here = Math.min(Math.max(here + by, 0), all.length - 1);
  for (const row of all) row.classList.toggle('here', row === all[here]);
  const row = all[here];
  ($('a[data-open]', row) ?? $('a, button, input', row))?.focus({ preventScroll: true });
  row.scrollIntoView({ block: 'nearest' });
}

function row() {
  const focused = document.activeElement?.closest('[data-row]');
  return focused ?? rows()[here] ?? (rows().length === 1 ? rows()[0] : undefined);
}

// --- keys ---

const go = (path) => $(`nav a[href="${path}"]`)?.click();

/** Presses what a page has for a key: first where one is, then anywhere. */
function press(key) {
  const within = row();
  const selector = `[data-key="${key}"]`;
  const found = (within && $(selector, within)) ?? $(selector);
  if (found === null || found === undefined) return false;
  if (found.matches('input, textarea')) found.focus();
  else found.click();
  return true;
}

/** A key for what is selected takes the row where one is, where nothing is selected. */
function act(key) {
  const boxes = $$('input[type=checkbox][name=id]');
  const box = row() && $('input[type=checkbox][name=id]', row());
  if (boxes.length > 0 && !boxes.some((one) => one.checked)) {
    if (!box) return say('Nothing is selected: x selects');
    box.checked = true;
  }
  press(key);
}

function explain() {
  const alert = row()?.dataset.alert;
  if (alert !== undefined && !location.pathname.startsWith('/alert/')) {
    visit(`/alert/${encodeURIComponent(alert)}`);
  } else press('e');
}

function silence() {
  const { rule, agent } = (row() ?? $('[data-rule]'))?.dataset ?? {};
  const given = Object.entries({ rule, agent }).filter(([, value]) => value !== undefined);
  const query = new URLSearchParams(given).toString();
  visit(query === '' ? '/silences' : `/silences?${query}`);
}

function visit(address) {
  location.assign(address);
}

function select() {
  const box = row() && $('input[type=checkbox]', row());
  if (!box) return;
  box.checked = !box.checked;
  say(box.checked ? 'Selected' : 'Not selected');
}

function selectAll() {
  const boxes = $$('input[type=checkbox][name=id]');
  const isAll = boxes.every((box) => box.checked);
  for (const box of boxes) box.checked = !isAll;
  say(isAll ? 'None is selected' : `${boxes.length} are selected`);
}

function leave() {
  const { activeElement } = document;
  if (activeElement?.matches('input, select, textarea')) activeElement.blur();
  else press('esc');
}

const KEYS = {
  '/': () => press('/'),
  '?': () => $('#help').showModal(),
  '.': () => press('.'),
  '*': selectAll,
  j: () => move(1),
  k: () => move(-1),
  x: select,
  r: () => act('r'),
  R: () => press('R'),
  d: () => act('d'),
  e: explain,
  s: silence,
  n: () => press('n'),
  y: () => press('y'),
};

let isGoing = false;

document.addEventListener('keydown', (event) => {
  const isSent = event.key === 'Enter' && (event.ctrlKey || event.metaKey);
  if (isSent && event.target.matches?.('textarea')) event.target.form?.requestSubmit();
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if ($('#help').open) return; // the dialog has its own keys
  const isTyping = event.target.matches?.('input:not([type=checkbox]), select, textarea') ?? false;
  if (event.key === 'Escape') return leave();
  if (isTyping) return;
  if (isGoing) {
    isGoing = false;
    const link = $(`[data-go="${CSS.escape(event.key)}"]`);
    if (link === null) return;
    event.preventDefault();
    go(link.getAttribute('href'));
    return;
  }
  if (event.key === 'g') {
    isGoing = true;
    return;
  }
  const action = Object.hasOwn(KEYS, event.key) ? KEYS[event.key] : undefined;
  if (action === undefined) return;
  event.preventDefault();
  action();
});

document.addEventListener('click', (event) => {
  const copied = event.target.closest?.('[data-copy]');
  if (copied) void copy(document.getElementById(copied.dataset.copy));
  if (event.target.closest?.('#help-button')) $('#help').showModal();
});

// --- what can be copied ---

for (const button of $$('[data-copy]')) button.hidden = false;

/** Where a browser lets no page copy, it is selected. */
async function copy(element) {
  element.closest('details').open = true;
  try {
    await navigator.clipboard.writeText(element.textContent);
    say('Copied');
    element.classList.add('copied');
  } catch {
    getSelection().selectAllChildren(element);
    say('Selected');
  }
}
