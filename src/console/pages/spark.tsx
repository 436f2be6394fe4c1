import type { Counts } from '../lane-tally.ts';

const WIDTH = 60;
const HEIGHT = 16;

/**
 * The last hour of an integration, a bar for each minute: what was delivered stands up, what failed hangs
 * down. Both are said in words as well.
 */
export function Spark({ minutes }: { minutes: readonly Counts[] }) {
  const most = Math.max(0, ...minutes.map(({ delivered, failed }) => Math.max(delivered, failed)));
  if (most === 0) return <span class="quiet">–</span>;
  const sum = (kind: keyof Counts) => minutes.reduce((total, one) => total + one[kind], 0);
  const failures = sum('failed');
  const words = `${sum('delivered')} delivered, ${failures} failed`;
  const middle = failures === 0 ? HEIGHT : HEIGHT * 0.65;
  const bars = (kind: keyof Counts, height: number) =>
    minutes
      .map(({ [kind]: count }, at) => {
        if (count === 0) return '';
        const length = Math.max(1, Math.round((count / most) * Math.abs(height)));
        return `M${WIDTH - minutes.length + at + 0.5} ${middle}v${Math.sign(height) * length}`;
      })
      .join('');
  return (
    <svg class="spark" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={words}>
      <title>{words}</title>
      <path class="delivered" d={bars('delivered', -middle)} />
      <path class="failed" d={bars('failed', HEIGHT - middle)} />
    </svg>
  );
}
