import type { OptionRules, OptionValues } from '../domain/choice.ts';
import { type Direction, isBetter } from '../domain/objective.ts';
import type { Pruner } from '../domain/ports.ts';
import type { FrozenTrial } from '../domain/trial.ts';

export const patientRules = {
  patience: {
    default: 2,
    min: 0,
    integer: true,
    about: 'further reports without improvement that are tolerated',
  },
  minDelta: { default: 0, min: 0, about: 'improvements up to this size do not count' },
} satisfies OptionRules;

/** Lets another pruner stop a trial only when its latest `patience` + 1 reports brought nothing (Optuna's PatientPruner). */
export function patientPruner(
  wrapped: Pruner,
  { patience, minDelta }: OptionValues<typeof patientRules>,
): Pruner {
  return {
    prune(study, trial, history) {
      return (
        hasStalled(study.directions[0]!, trial, patience, minDelta) && wrapped.prune(study, trial, history)
      );
    },
  };
}

function hasStalled(direction: Direction, trial: FrozenTrial, patience: number, minDelta: number): boolean {
  const values = [...trial.intermediateValues].sort(([a], [b]) => a - b).map(([, value]) => value);
  if (values.length <= patience + 1) return false;
  const best = (some: readonly number[]) =>
    some.reduce((a, b) => (isBetter(direction, b, a) ? b : a), Number.NaN);
  const before = best(values.slice(0, -patience - 1));
  const after = best(values.slice(-patience - 1));
  return isBetter(direction, direction === 'maximize' ? before - minDelta : before + minDelta, after);
}
