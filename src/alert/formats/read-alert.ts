import { Alert } from '../alert.ts';
import { scanAlert, type Unreadable } from '../alert-scan.ts';
import type { AlertFacts, OldFacts } from '../facts.ts';
import { alertOf } from '../large-alert.ts';
import { beginsText } from '../record-framing.ts';
import { fullLocation, groupText } from './old-facts.ts';
import { type ConvertedAlert, toWazuh } from './ossec-alert.ts';
import { isOssecJson, readOssecJson } from './ossec-json.ts';
import { readOssecLog } from './ossec-log.ts';

/** An alert in the shape of Wazuh 4, whichever program wrote it. */
export interface ReadAlert {
  readonly facts: AlertFacts;
  /** The bytes as they stood in the file; of an alert that OSSEC wrote, its JSON as of Wazuh 4. */
  readonly raw: Buffer;
  readonly old: OldFacts;
}

/** An alert of OSSEC has 64 KB of log. What is far larger is not turned into one of Wazuh. */
const LARGEST_OSSEC = 2 ** 20;
const SIDID = Buffer.from('"sidid"');

/** Reads one record, `bytes[start, end)`: its format shows in its first bytes and its members. */
export function readAlert(bytes: Buffer, start = 0, end = bytes.length): ReadAlert | Unreadable {
  const raw = bytes.subarray(start, end);
  if (beginsText(raw, 0)) {
    const alert = readOssecLog(raw.toString('utf8'));
    return alert === undefined ? 'not an alert of alerts.log' : known(toWazuh(alert));
  }
  const facts = scanAlert(bytes, start, end, raw);
  if (typeof facts === 'string') return facts;
  if (facts.ruleId === undefined && raw.length <= LARGEST_OSSEC && raw.includes(SIDID)) {
    const { json } = new Alert(raw);
    if (isOssecJson(json)) return known(toWazuh(readOssecJson(json)));
  }
  return { facts, raw, old: oldFacts(raw) };
}

function known({ facts, raw, ...old }: ConvertedAlert): ReadAlert {
  return {
    facts,
    raw,
    old: { fullLocation: () => old.fullLocation, groupText: () => old.groupText },
  };
}

/** Those of a Wazuh alert: parsed once, and only when a filter asks. */
function oldFacts(raw: Buffer): OldFacts {
  let alert: Alert | undefined;
  const parsed = () => {
    alert ??= alertOf(raw);
    return alert;
  };
  return {
    fullLocation: () => fullLocation(parsed()),
    groupText: () => groupText(parsed()),
  };
}
