// What becomes of the figures when their inputs grow: no cost may grow worse than its input does.

import { backlogGrowth } from '../growth/backlog.mjs';
import { intakeGrowth } from '../growth/intake.mjs';
import { laneGrowth } from '../growth/lanes.mjs';

export async function measure(task) {
  return [
    ...(await intakeGrowth(task)),
    ...(await backlogGrowth(task)),
    ...(await laneGrowth(task)),
  ];
}
