/** Rungs of a schedule: a trial's reports are compared with other trials' at the same share of their own schedules. */
const RUNGS = 10;

/** Progress and rung of a training, where a report is due. */
export interface Rung {
  readonly step: number;
  readonly progress: number;
}

/**
 * The rung that a training has reached with its `done` of `total` steps, or null where it is no further than its latest
 * report. Short schedules leave rungs out; none is reported twice.
 * @param latest the latest reported rung, 0 before the first
 */
export function reachRung(done: number, total: number, latest: number): Rung | null {
  const progress = done / total;
  if (Math.floor((RUNGS * done) / total) <= latest) return null;
  return { step: Math.round(RUNGS * progress), progress };
}
