import type { JsonObject } from '../json.ts';
import { type OssecAlert, parseLocation, timeOf } from './ossec-alert.ts';
import { fimFacts, isFimLocation } from './ossec-fim.ts';

/*
 * The text alerts.log of OSSEC and Wazuh 1 (`alerts/log.c`): header, place, rule, fields, log. Fields
 * count only where they can stand: after the rule, in their order, each once, before the log begins.
 * A log cannot forge them later on; only a log whose first line looks like a field that is missing
 * cannot be distinguished from it, as the file has no mark between the two.
 */

const HEADER = /^\*\* Alert (\d{1,11}\.\d{1,19}):(.*?) - (.*)$/;
const PLACE = /^(\d{4} [A-Z][a-z]{2} +\d{1,2} \d\d:\d\d:\d\d) (.*)$/;
const RULE = /^Rule: (\d{1,10}) \(level (\d{1,3})\) -> (.*)$/;
/** Wazuh writes the labels of an agent between place and rule. */
const MOST_LABELS = 64;

const ADDRESS = /^[\w.:%-]+$/;
const PORT = /^\d{1,5}$/;
const ANY = /^./;

/** The fields in their order: label, what it is in Wazuh, and what its value looks like. */
const FIELDS: readonly (readonly [label: string, name: string, value: RegExp])[] = [
  ['Src IP: ', 'srcip', ADDRESS],
  ['Src Location: ', 'srcgeoip', ANY],
  ['Src Port: ', 'srcport', PORT],
  ['Dst IP: ', 'dstip', ADDRESS],
  ['Dst Location: ', 'dstgeoip', ANY],
  ['Dst Port: ', 'dstport', PORT],
  ['User: ', 'dstuser', ANY],
];

/** Reads one alert of the text log; undefined when its first lines are not as the grammar has them. */
export function readOssecLog(text: string): OssecAlert | undefined {
  const lines = text.split('\n');
  const [, id, flags, groupText] = HEADER.exec(lines[0] ?? '') ?? [];
  const [, local, where] = PLACE.exec(lines[1] ?? '') ?? [];
  const ruleAt = lines.slice(0, MOST_LABELS).findIndex((line, i) => i > 1 && RULE.test(line));
  const [, ruleId, level, comment] = RULE.exec(lines[ruleAt] ?? '') ?? [];
  if (id === undefined || groupText === undefined || where === undefined || ruleId === undefined) {
    return undefined;
  }
  const { fields, rest } = readFields(lines.slice(ruleAt + 1));
  const location = parseLocation(where);
  const { srcgeoip, dstgeoip, ...data } = fields;
  const isFim = isFimLocation(location.path);
  const { log, previous } = divideLog(rest, isFim);
  return {
    id,
    time: timeOf(id, local),
    rule: {
      level: Number(level),
      description: unquoted(comment ?? ''),
      id: ruleId,
      mail: flags?.trim() === 'mail',
    },
    groupText: groupText.trim(),
    location,
    predecoder: {},
    decoder: {},
    data,
    syscheck: isFim ? fimFacts(log) : undefined,
    others: {
      ...(previous !== '' && { previous_output: previous }),
      ...(srcgeoip !== undefined && { srcgeoip }),
      ...(dstgeoip !== undefined && { dstgeoip }),
      full_log: log,
    },
  };
}

/** Between the first quote and the last one. */
function unquoted(comment: string): string {
  const last = comment.lastIndexOf("'");
  const end = last > 0 ? last : comment.length;
  return comment.startsWith("'") ? comment.slice(1, end) : comment;
}

function readFields(lines: readonly string[]): { fields: JsonObject; rest: readonly string[] } {
  const fields: JsonObject = {};
  let at = 0;
  for (const [label, name, looks] of FIELDS) {
    const line = lines[at] ?? '';
    const value = line.slice(label.length);
    if (!line.startsWith(label) || !looks.test(value)) continue;
    fields[name] = value;
    at += 1;
  }
  return { fields, rest: lines.slice(at) };
}

const SYSLOG_TIME = /^[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d /;

/**
 * After the log stand the earlier events that led to the alert, with nothing between them. They are
 * only distinguished from further lines of one log where all of them begin with a time, as syslog's lines do.
 */
function divideLog(lines: readonly string[], isFim: boolean): { log: string; previous: string } {
  const areEvents = !isFim && lines.every((line) => SYSLOG_TIME.test(line));
  if (!areEvents) return { log: lines.join('\n'), previous: '' };
  return { log: lines[0] ?? '', previous: lines.slice(1).join('\n') };
}
