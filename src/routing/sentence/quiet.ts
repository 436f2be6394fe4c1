import { spanOf } from '../../core/words.ts';
import type { Mute } from '../../silences/mute.ts';
import type { RecurringSilence } from '../../silences/recurring.ts';
import { onlyPhrases } from './conditions.ts';
import { timeText } from './delivery.ts';
import { fieldNames } from './fields.ts';
import { allOf, brief } from './lists.ts';
import { capital } from './sentence.ts';

const ENDINGS = {
  summary: 'one message says afterwards how many',
  deliver: 'they are sent afterwards',
  nothing: 'nothing is said afterwards',
} as const;

/** A silence of the settings file: `Silence patching: at patchday (tue), agent srv-* is held back …`. */
export function silenceSentence(
  { rule, time }: Pick<RecurringSilence, 'rule' | 'time'>,
  times: ReadonlyMap<string, string>,
): string {
  const { name, only, when, integrations, ending, evenCritical, why } = rule;
  const what = [
    ...onlyPhrases(only),
    ...(when === undefined ? [] : [`when \`${brief(when)}\``]),
  ].join(', ');
  const which = `${what === '' ? 'every alert' : what}${about(integrations)}`;
  const critical = evenCritical ? ', also of level 15 and above' : '';
  const ends = ENDINGS[ending];
  return `Silence ${name}: at ${timeText(time.name, times)}, ${which} is held back${critical}; ${ends} (${brief(why)}).`;
}

/** A mute: `After rule 5712, rule 5710 or 5503 with the same source is not sent for 10 min.` */
export function muteSentence({ written, forMs, integrations }: Mute): string {
  const [after, mute] = [written.after, written.mute].map((value) => onlyPhrases(value).join(', '));
  const same = fieldNames(written.same);
  return `${capital(`after ${after}, ${mute} with the same ${same}`)}${about(integrations)} is not sent for ${spanOf(forMs)}.`;
}

function about(integrations: Iterable<string> | undefined): string {
  return integrations === undefined ? '' : ` for ${allOf([...integrations])}`;
}
