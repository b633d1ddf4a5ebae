/**
 * Bayesian optimisation with a Gaussian process: the objective is modelled over the whole space, conditional and
 * categorical parameters included, and the point with the largest log expected improvement over the best posterior mean
 * is suggested. Few trials tell it much; what it costs grows with their number.
 *
 * D. R. Jones et al.: Efficient global optimization of expensive black-box functions, J. Global Optimization 13 (1998);
 * S. Ament et al., NeurIPS 2023 (log expected improvement); J. Snoek et al., NIPS 2012 (its mean over the model's
 * parameters, as far as the trials leave them open).
 */
import type { OptionRules, OptionValues } from '../domain/choice.ts';
import type { Sampler } from '../domain/ports.ts';
import { drawDistinct, drawUniform } from './distinct.ts';
import { describeProblem } from './gp-problem.ts';
import { suggestPoints } from './gp-suggest.ts';
import { suggestInThread } from './gp-thread.ts';
import { rankTrials } from './rank-trials.ts';
import { searchSpaceOf } from './search-space-of.ts';
import { nextNumber, sobolSampler } from './sobol.ts';

export const gpRules = {
  nStartupTrials: {
    default: 8,
    min: 2,
    integer: true,
    about: 'finished trials before it takes over from Sobol points',
  },
} satisfies OptionRules;

/** From so many on a model takes long enough for others to notice. */
const THREAD_POINTS = 30;

export function gpSampler({ nStartupTrials }: OptionValues<typeof gpRules>): Sampler {
  const startup = sobolSampler();
  return {
    async sample(study, history, rng) {
      const trials = rankTrials(study.directions[0]!, history);
      if (trials.ranked.length < nStartupTrials) return startup.sample(study, history, rng);
      const space = searchSpaceOf(study);
      const mayBend = nextNumber(history) % 2 === 1;
      const problem = describeProblem({ space, seed: study.spec.seed, mayBend }, trials);
      const suggest = problem.modelled.length < THREAD_POINTS ? suggestPoints : suggestInThread;
      const found = await suggest(problem, rng.integer(2 ** 31));
      if (found === null) return startup.sample(study, history, rng);
      let next = 0;
      return drawDistinct(space, history, rng, () => found[next++] ?? drawUniform(space, rng), found.length);
    },
  };
}
