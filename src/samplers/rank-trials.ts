import type { Direction } from '../domain/objective.ts';
import { type FrozenTrial, lastStep } from '../domain/trial.ts';

/** Trials as a sampler learns from them. */
export interface RankedTrials {
  /** Best first: complete ones by value, then pruned ones, then configurations that cannot be trained. */
  readonly ranked: readonly FrozenTrial[];
  /** How many of `ranked` could be trained: the complete and the pruned ones. */
  readonly nFeasible: number;
  /** The values of the complete ones, first in `ranked`; smaller is better. */
  readonly losses: Float64Array;
  /** 1 where smaller values are better, else −1. */
  readonly sign: 1 | -1;
  /** Running and waiting trials whose point is known: assumed bad, so that workers keep apart (constant liar). */
  readonly pending: readonly FrozenTrial[];
}

/**
 * Complete trials by their first value; pruned ones by how far they came, then by their last report; those that ran out
 * of memory, diverged, timed out or ended NaN last. Lost, crashed, cancelled and
 * excluded trials teach nothing.
 */
export function rankTrials(direction: Direction, history: readonly FrozenTrial[]): RankedTrials {
  const sign = direction === 'minimize' ? 1 : -1;
  const valued: { trial: FrozenTrial; loss: number }[] = [];
  const pruned: { trial: FrozenTrial; step: number; loss: number }[] = [];
  const infeasible: FrozenTrial[] = [];
  const pending: FrozenTrial[] = [];
  for (const trial of history) {
    if (trial.excluded) continue;
    if (trial.state === 'complete') {
      const loss = sign * trial.values[0]!;
      if (Number.isNaN(loss)) infeasible.push(trial);
      else valued.push({ trial, loss });
    } else if (trial.state === 'pruned') pruned.push({ trial, ...lastReport(trial, sign) });
    else if (trial.state === 'fail') {
      if (isInfeasible(trial.failure.kind)) infeasible.push(trial);
    } else pending.push(trial);
  }
  valued.sort((a, b) => compare(a.loss, b.loss));
  pruned.sort((a, b) => b.step - a.step || compare(a.loss, b.loss));
  return {
    ranked: [...valued.map(trialOf), ...pruned.map(trialOf), ...infeasible],
    nFeasible: valued.length + pruned.length,
    losses: Float64Array.from(valued, ({ loss }) => loss),
    sign,
    pending,
  };
}

const trialOf = ({ trial }: { trial: FrozenTrial }): FrozenTrial => trial;

function isInfeasible(kind: string): boolean {
  return kind === 'out-of-memory' || kind === 'diverged' || kind === 'timeout' || kind === 'bad-config';
}

/** Equal infinities differ by NaN. */
function compare(a: number, b: number): number {
  return a - b || 0;
}

function lastReport(trial: FrozenTrial, sign: number): { step: number; loss: number } {
  const step = lastStep(trial);
  if (step === null) return { step: -1, loss: Number.POSITIVE_INFINITY };
  const loss = sign * trial.intermediateValues.get(step)!;
  return { step, loss: Number.isNaN(loss) ? Number.POSITIVE_INFINITY : loss };
}
