import { type ReadAlert, readAlert } from '../../alert/formats/read-alert.ts';
import { alertDocumentsIn } from '../../cli/alert-documents.ts';
import {
  type FoundAlert,
  type GivenAlerts,
  LONGEST_GIVEN,
  MOST_GIVEN,
} from '../../console/reader/protocol.ts';
import { isNoticeId } from '../../core/notice.ts';

/** A text of at most so many characters is shown again in its field. */
const LONGEST_SHOWN = 65_536;
/** An alert has objects in objects some six times. What is far deeper costs time and tells nothing. */
const DEEPEST = 100;

/**
 * The alerts in a form that a browser sent, as `explain` reads them from a file: lines, JSON over several
 * lines, what a dashboard shows; or the id of one.
 * @param form the bytes of `application/x-www-form-urlencoded`, with the field `alert`.
 */
export async function givenAlerts(
  form: Uint8Array,
  found: (alert: ReadAlert) => FoundAlert,
): Promise<GivenAlerts> {
  const fields = new URLSearchParams(Buffer.from(form).toString('latin1'));
  const given = (fields.get('alert') ?? '').replaceAll('\r\n', '\n');
  const text = given.length > LONGEST_SHOWN ? '' : given;
  const id = given.length < 100 ? given.trim() : '';
  if (isAlertId(id)) return { kind: 'id', id };
  const bytes = Buffer.from(given.trim());
  const alerts: FoundAlert[] = [];
  const problems: string[] = [];
  if (bytes.length > LONGEST_GIVEN) {
    const tooLong = 'it is longer than 1 MiB: `integratord explain FILE` takes any size';
    return { kind: 'alerts', text, alerts, problems: [tooLong], isCut: false };
  }
  let isCut = false;
  for await (const { line, bytes: one } of alertDocumentsIn(bytes)) {
    if (alerts.length + problems.length >= MOST_GIVEN) {
      isCut = true;
      break;
    }
    const alert = isTooDeep(one) ? 'it is nested too deep to be an alert' : readAlert(one);
    if (typeof alert === 'string') problems.push(`line ${line + 1}: ${alert}`);
    else alerts.push(found(alert));
  }
  return { kind: 'alerts', text, alerts, problems, isCut };
}

/** An id of an alert: what is none is in no file. */
export function isAlertId(text: string): boolean {
  return /^\d{1,12}\.\d{1,15}$/.test(text) || isNoticeId(text);
}

function isTooDeep(json: Buffer): boolean {
  let depth = 0;
  let isInString = false;
  for (let at = 0; at < json.length; at += 1) {
    const byte = json[at];
    if (isInString) {
      if (byte === 0x5c) at += 1;
      else if (byte === 0x22) isInString = false;
    } else if (byte === 0x22) isInString = true;
    else if (byte === 0x7b || byte === 0x5b) {
      depth += 1;
      if (depth > DEEPEST) return true;
    } else if (byte === 0x7d || byte === 0x5d) depth -= 1;
  }
  return false;
}
