// What the page "Now" does by itself: it is live, and has a plot.

const $ = (selector, within = document) => within.querySelector(selector);
const rows = () => [...document.querySelectorAll('[data-row]')];
const say = (text) => {
  $('#said').textContent = text;
};

// --- the live view ---

/** A page that nobody has seen for so long needs no news. */
const HIDDEN_MS = 60_000;

let source;
let isHeld = false;
let hiddenTimer;

function connect() {
  disconnect();
  const live = $('[data-live]');
  if (live === null || isHeld) return;
  const stream = new EventSource(live.dataset.live);
  source = stream;
  stream.addEventListener('open', () => state('Live'));
  stream.addEventListener('lanes', (event) => {
    showLanes(event.data);
    asOf();
  });
  stream.addEventListener('notices', (event) => {
    const newest = () => $('#notices li')?.textContent;
    const known = newest();
    $('#notices').innerHTML = event.data;
    if (newest() !== undefined && newest() !== known) say(newest());
    asOf();
  });
  stream.addEventListener('deliveries', (event) => {
    $('#just-now').innerHTML = event.data;
    asOf();
  });
  stream.addEventListener('error', () => state('Not connected: trying again'));
}

function disconnect() {
  source?.close();
  source = undefined;
}

let latest;

function showLanes(html) {
  latest = html;
  // What is pressed must not be replaced under the finger.
  if ($('#live :active') !== null) {
    setTimeout(() => latest === html && showLanes(html), 500);
    return;
  }
  const at = rows().indexOf(document.activeElement?.closest('[data-row]'));
  const here = rows().findIndex((row) => row.classList.contains('here'));
  const name = document.activeElement?.getAttribute('name');
  $('#live').innerHTML = html;
  const again = at < 0 ? undefined : rows()[at];
  if (again) ($(name ? `[name="${name}"]` : 'a[data-open]', again) ?? $('a', again))?.focus();
  rows()[here]?.classList.add('here');
}

function asOf() {
  const now = new Date().toISOString();
  $('#as-of').dateTime = now;
  $('#as-of').textContent = `${now.slice(0, 10)} ${now.slice(11, 19)}`;
}

function state(text) {
  const place = $('#live-state');
  if (place !== null && place.textContent !== text) place.textContent = text;
}

function hold() {
  const button = $('#hold');
  if (button === null) return;
  isHeld = !isHeld;
  button.setAttribute('aria-pressed', String(isHeld));
  connect();
  state(isHeld ? 'Held' : 'Live');
  say(isHeld ? 'The live view is held' : 'The live view goes on');
}

$('#hold')?.addEventListener('click', hold);

document.addEventListener('visibilitychange', () => {
  clearTimeout(hiddenTimer);
  if (document.hidden) hiddenTimer = setTimeout(disconnect, HIDDEN_MS);
  else if (source === undefined) connect();
  if (!document.hidden) void draw();
});

// --- the plot ---

let plot;
let plotTimer;

async function draw() {
  clearTimeout(plotTimer);
  const place = $('#plot');
  if (place === null) return;
  plotTimer = setTimeout(() => void draw(), 10_000);
  if (document.hidden || isHeld) return;
  const headers = { 'x-integratord': '1' };
  const answer = await fetch(place.dataset.series, { headers }).catch(() => undefined);
  if (!answer?.ok || !place.isConnected) return;
  const { step, times, delivered, failed } = await answer.json();
  if (times.length === 0) {
    place.textContent = 'The first numbers come after ten seconds.';
    return;
  }
  place.dataset.step = step;
  const data = withGaps(step, times, delivered, failed);
  const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
  place.setAttribute(
    'aria-label',
    `Attempts of the last ${place.dataset.span}: ${sum(delivered)} delivered, ${sum(failed)} failed`,
  );
  if (plot?.root.parentElement === place) return plot.setData(data);
  await plotLibrary();
  if (!place.isConnected) return;
  place.replaceChildren();
  plot = new window.uPlot(plotOptions(place), data, place);
}

/** Where the daemon did not run there is no line, rather than one from the last time to the next. */
function withGaps(step, times, ...counts) {
  const series = [[], ...counts.map(() => [])];
  for (const [at, time] of times.entries()) {
    if (at > 0 && time - times[at - 1] > 2 * step) {
      series[0].push(times[at - 1] + step);
      for (const one of series.slice(1)) one.push(null);
    }
    series[0].push(time);
    for (const [number, one] of counts.entries()) series[number + 1].push(one[at]);
  }
  return series;
}

/** The library, loaded once a page has a plot. */
function plotLibrary() {
  if (window.uPlot !== undefined) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = document.body.dataset.uplot;
    script.addEventListener('load', resolve);
    script.addEventListener('error', reject);
    document.head.append(script);
  });
}

/** What a person's browser makes the size of text: the plot follows it. */
function rem() {
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
}

/** In UTC, as all times of the console: a minute apart at least, with the date where it is months. */
function timeAxis(axis) {
  const minute = 60;
  const day = 1440 * minute;
  const steps = [1, 2, 5, 10, 30, 60, 120, 240, 480, 1440, 2880, 7200].map((one) => one * minute);
  const name = (time, step) => {
    const iso = new Date(time * 1000).toISOString();
    return step >= day ? iso.slice(5, 10) : iso.slice(11, 16);
  };
  return {
    ...axis,
    space: 4 * rem(),
    incrs: steps,
    splits: (_plot, _axis, first, last, step) => {
      const begin = Math.ceil(first / step) * step;
      return Array.from(
        { length: Math.floor((last - begin) / step) + 1 },
        (_, at) => begin + at * step,
      );
    },
    values: (_plot, times, _axis, _space, step) => times.map((time) => name(time, step)),
  };
}

function plotOptions(place) {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  const axis = {
    font: `${0.8125 * rem()}px system-ui, sans-serif`,
    stroke: colour('--quiet'),
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { stroke: colour('--line'), width: 1 },
  };
  return {
    width: place.clientWidth,
    height: 12 * rem(),
    legend: { show: false },
    cursor: { show: false },
    axes: [timeAxis(axis), { ...axis, size: 4 * rem() }],
    scales: {
      // An hour of which little has been seen is not drawn as if that were all.
      x: { range: (_plot, first, last) => [Math.min(first, last - 60 * place.dataset.step), last] },
      y: { range: (_plot, _low, high) => [0, Math.max(high * 1.1, 1)] },
    },
    series: [
      {},
      { label: 'delivered', stroke: colour('--delivered'), width: 2 },
      { label: 'failed', stroke: colour('--failed'), width: 2, dash: [6, 4] },
    ],
  };
}

// In the dark other colours are needed.
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  plot?.destroy();
  plot = undefined;
  void draw();
});

window.addEventListener('resize', () => {
  const place = $('#plot');
  if (plot?.root.parentElement === place && place !== null) {
    plot.setSize({ width: place.clientWidth, height: 12 * rem() });
  }
});

// A page that one comes back to is live again.
window.addEventListener('pageshow', connect);

void draw();
