import { TRIAL_SPANS, type TrialSpan } from '../../steering/orders.ts';

export const SPAN_NAMES: Readonly<Record<TrialSpan, string>> = {
  '1h': 'the last hour',
  '24h': 'the last 24 hours',
  '7d': 'the last 7 days',
  today: 'the alert file of today',
};

/** Which past alerts are looked at. */
export function SpanChoice({ chosen }: { chosen: TrialSpan }) {
  return (
    <label>
      Alerts of
      <select name="span">
        {spans().map((span) => (
          <option value={span} selected={span === chosen}>
            {SPAN_NAMES[span]}
          </option>
        ))}
      </select>
    </label>
  );
}

function spans(): TrialSpan[] {
  return Object.keys(SPAN_NAMES).filter((span): span is TrialSpan => span in TRIAL_SPANS);
}
