/** Two rows of numbers as bars, as an SVG that needs no style of its own. */
const [WIDTH, HEIGHT] = [720, 120];
/** Below it is written when it begins and ends. */
const FOOT = 18;

/** What a chart shows. */
export interface ChartData {
  readonly before: readonly number[];
  readonly after: readonly number[];
  /** What is written at its ends, safe to stand in HTML. */
  readonly from: string;
  readonly to: string;
  /** What it shows, for those who do not see it; safe to stand in HTML. */
  readonly title: string;
}

/** The numbers before as an area behind those after. Classes say which is which. */
export function chart({ before, after, from, to, title }: ChartData): string {
  const most = Math.max(1, ...before, ...after);
  const width = WIDTH / Math.max(1, after.length);
  const bars = (numbers: readonly number[], name: string) =>
    numbers
      .map((one, at) => {
        if (one === 0) return '';
        const height = Math.max(1, (one / most) * HEIGHT);
        const x = (at * width).toFixed(2);
        const wide = Math.max(0.5, width - (width > 3 ? 1 : 0)).toFixed(2);
        const y = (HEIGHT - height).toFixed(2);
        return `<rect class="${name}" x="${x}" y="${y}" width="${wide}" height="${height.toFixed(2)}"/>`;
      })
      .join('');
  return (
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT + FOOT}" role="img" aria-label="${title}">` +
    `${bars(before, 'before')}${bars(after, 'after')}` +
    `<line class="axis" x1="0" y1="${HEIGHT}" x2="${WIDTH}" y2="${HEIGHT}"/>` +
    `<text x="0" y="${HEIGHT + FOOT - 4}">${from}</text>` +
    `<text x="${WIDTH}" y="${HEIGHT + FOOT - 4}" text-anchor="end">${to}</text></svg>`
  );
}
