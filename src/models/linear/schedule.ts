import { type TrainingContext, TrialFailure } from '../../domain/ports.ts';
import { createRng } from '../../domain/random.ts';
import type { Evaluation } from '../describe-training.ts';
import type { Pace } from '../pace.ts';
import { spreadPositions } from '../validation-evidence.ts';
import type { Solver } from './solver.ts';

/**
 * A training is so many passes over the documents (`--set passes=N`), whatever its parameters, so that a rung is the same
 * share of it for all trials. Scores hardly change after six or seven.
 */
const PASSES = 10;
/** One that moves the documents' scores (logits) by less than this in the mean is the last. */
const TOLERANCE = 0.02;
const RUNGS = 10;
/** Validation documents scored at a rung; the last report is of all. */
const RUNG_DOCUMENTS = 10_000;

export interface HeldOut {
  readonly nDocuments: number;
  /** Scores these documents with the weights as they stand. */
  evaluateRows(rows: readonly number[]): Promise<Evaluation>;
}

export interface Course {
  readonly passes: number;
  readonly converged: boolean;
  /** Of all held-out documents, at the end. */
  readonly evaluation: Evaluation;
}

type ScheduleContext = Pick<TrainingContext, 'seed' | 'settings' | 'report'> & { readonly pace: Pace };

/** Trains to the end of the schedule or to convergence, with a report at each rung. */
export async function runSchedule(
  solver: Solver,
  { nDocuments, evaluateRows }: HeldOut,
  { seed, settings, report, pace }: ScheduleContext,
): Promise<Course> {
  const planned = countPasses(settings);
  const rungRows = spreadPositions(nDocuments, RUNG_DOCUMENTS);
  let rung = 0;
  for (let passes = 1; ; passes++) {
    const moved = await solver.pass(createRng(seed, passes, 'linear'), pace);
    if (!Number.isFinite(moved)) throw new TrialFailure('diverged', 'the weights are no longer numbers');
    if (moved < TOLERANCE || passes === planned) {
      const evaluation = await evaluateRows(spreadPositions(nDocuments, nDocuments));
      report({ step: RUNGS, progress: 1, metrics: evaluation.metrics });
      return { passes, converged: moved < TOLERANCE, evaluation };
    }
    const reached = Math.floor((RUNGS * passes) / planned);
    if (reached === rung) continue;
    rung = reached;
    const progress = passes / planned;
    const { metrics } = await evaluateRows(rungRows);
    report({ step: Math.round(RUNGS * progress), progress, metrics });
    await pace.rest();
  }
}

function countPasses({ passes = PASSES }: TrainingContext['settings']): number {
  if (typeof passes === 'number' && Number.isInteger(passes) && passes > 0) return passes;
  throw new TrialFailure(
    'bad-config',
    `the setting passes must be a whole number above 0, not ${JSON.stringify(passes)}`,
  );
}
