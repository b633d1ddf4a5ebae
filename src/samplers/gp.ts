/**
 * Bayesian optimisation with a Gaussian process: the objective is modelled over the whole space, conditional and
 * categorical parameters included, and the point with the largest log expected improvement over the best posterior mean
 * is suggested. Few trials tell it much; what it costs grows with their number.
 *
 * D. R. Jones et al.: Efficient global optimization of expensive black-box functions, J. Global Optimization 13 (1998);
 * S. Ament et al., NeurIPS 2023 (log expected improvement).
 */
import type { OptionRules, OptionValues } from '../domain/choice.ts';
import type { Sampler } from '../domain/ports.ts';
import { drawDistinct, drawUniform } from './distinct.ts';
import { fitSearchModel } from './gp-model.ts';
import { maximizeAcquisition } from './gp-search.ts';
import { createLatentSpace } from './latent-space.ts';
import { rankTrials } from './rank-trials.ts';
import { searchSpaceOf } from './search-space-of.ts';
import { sobolSampler } from './sobol.ts';

export const gpRules = {
  nStartupTrials: {
    default: 8,
    min: 2,
    integer: true,
    about: 'finished trials before it takes over from Sobol points',
  },
} satisfies OptionRules;

export function gpSampler({ nStartupTrials }: OptionValues<typeof gpRules>): Sampler {
  const startup = sobolSampler();
  return {
    sample(study, history, rng) {
      const trials = rankTrials(study.directions[0]!, history);
      const space = searchSpaceOf(study);
      const latentSpace = createLatentSpace(space);
      const ready = trials.ranked.length >= nStartupTrials && latentSpace.dimensions.length > 0;
      const model = ready ? fitSearchModel(latentSpace, trials) : null;
      if (model === null) return startup.sample(study, history, rng);
      const found = maximizeAcquisition(latentSpace, model, rng);
      let next = 0;
      const draw = () => found[next++]?.params ?? drawUniform(space, rng);
      return drawDistinct(space, history, rng, draw, found.length);
    },
  };
}
