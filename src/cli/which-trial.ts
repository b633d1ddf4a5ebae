import { NotFoundError } from '../domain/errors.ts';
import type { Study } from '../domain/study.ts';
import type { FrozenTrial } from '../domain/trial.ts';

/**
 * The study's trial with this number.
 * @param options what leads the next command to the study
 * @throws {NotFoundError} naming the numbers that there are
 */
export function findTrial(
  study: Study,
  trials: readonly FrozenTrial[],
  number: number,
  options: string,
): FrozenTrial {
  const trial = trials.find((candidate) => candidate.number === number);
  if (trial !== undefined) return trial;
  throw new NotFoundError(`study "${study.name}" has no trial ${number}`, {
    details: [trials.length === 0 ? 'it has no trials' : `it has trials 0 to ${trials.length - 1}`],
    fix: `hpo trials ${options}`,
  });
}
