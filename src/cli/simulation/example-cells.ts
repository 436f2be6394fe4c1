import type { ExampleAlert } from '../../simulation/result.ts';
import { isoTime } from '../output.ts';

/** An example as the cells of a row: integration, time, alert, level, rule, agent, description. */
export function exampleCells(one: ExampleAlert): string[] {
  return [
    one.integration,
    isoTime(one.time) ?? '',
    one.id ?? 'without id',
    String(one.level),
    one.rule ?? '-',
    one.agent ?? '-',
    one.description ?? '-',
  ];
}
