import { type Bundle, headline, isoTime, withMember } from '../sdk/index.ts';

/**
 * The alert that a script gets for several alerts: the one of the highest level, with a sentence about all
 * of them as its log, and the numbers in `data.integratord`. All else stays byte for byte.
 */
export function bundleAlert(alert: Buffer, bundle: Bundle): Buffer {
  const sentence = JSON.stringify(headline(bundle));
  const numbers = JSON.stringify({
    bundle: bundle.id,
    count: bundle.count,
    first: isoTime(bundle.firstAt),
    last: isoTime(bundle.lastAt),
  });
  const withLog = withMember(alert, 'full_log', () => sentence);
  const whole =
    withLog && withMember(withLog, 'data', (data) => withNumbers(data ?? NO_MEMBERS, numbers));
  return whole ?? Buffer.from(`{"full_log":${sentence},"data":{"integratord":${numbers}}}`);
}

const NO_MEMBERS = Buffer.from('{}');

function withNumbers(data: Buffer, numbers: string): Buffer {
  // An alert whose data are no object has nothing that a script could find there.
  return (
    withMember(data, 'integratord', () => numbers) ?? Buffer.from(`{"integratord":${numbers}}`)
  );
}

/** The sentence for the text format, whose log is ASCII only. */
export function bundleSentence(bundle: Bundle): string {
  return headline(bundle).replaceAll('\u2013', '-');
}
