import type { Params } from '../domain/distribution.ts';
import { createRng } from '../domain/random.ts';
import { fitSearchModel } from './gp-model.ts';
import type { GpProblem } from './gp-problem.ts';
import { maximizeAcquisition } from './gp-search.ts';
import { createLatentSpace } from './latent-space.ts';

/** Points to go on with: more than one, as the best may have been tried or be running. */
const SUGGESTED_POINTS = 50;

/**
 * Points that promise most, the best first; null where there is too little to learn from. A pure function of plain data,
 * so that it may run in any thread.
 * @param seed of the search for the points
 */
export function suggestPoints(problem: GpProblem, seed: number): readonly Params[] | null {
  const latentSpace = createLatentSpace(problem.space);
  if (latentSpace.dimensions.length === 0) return null;
  const model = fitSearchModel(latentSpace, problem);
  if (model === null) return null;
  const found = maximizeAcquisition(latentSpace, model, createRng(seed, 0, 'gp search'));
  return found.slice(0, SUGGESTED_POINTS).map(({ params }) => params);
}
