import { parseOptions } from '../domain/choice.ts';
import { countValues } from '../domain/distribution.ts';
import type { Sampler } from '../domain/ports.ts';
import type { SearchSpace } from '../domain/search-space.ts';
import type { BoundStudy } from '../domain/study.ts';
import { cmaEsSampler, findNumbers } from './cma-es.ts';
import { gpSampler } from './gp.ts';
import { nsga2Rules, nsga2Sampler } from './nsga2.ts';
import { ordered, weighted } from './one-objective.ts';
import { rankTrials } from './rank-trials.ts';
import { searchSpaceOf } from './search-space-of.ts';
import { nextNumber, sobolSampler } from './sobol.ts';
import { tpeSampler } from './tpe.ts';

const STARTUP_TRIALS = 8;
/** Past so many finished trials a Gaussian process costs more and knows less of them than others do. */
const GP_TRIALS = 150;

/**
 * What is best at each stage of a search. Sobol points first; then mostly a Gaussian process, with every fourth suggestion
 * from TPE, whose mistakes are others than the process's; in long searches the process has every fourth, and CMA-ES, where
 * all parameters are numbers, or else TPE the others. With several objectives NSGA-II takes the place of CMA-ES: a
 * distribution that follows one weighting is drawn another way by the next.
 */
export function autoSampler(): Sampler {
  const sobol = sobolSampler();
  const gp = weighted(gpSampler({ nStartupTrials: 2 }));
  const tpe = ordered(tpeSampler({ nStartupTrials: 1, nCandidates: 24 }));
  const cma = ordered(cmaEsSampler());
  const nsga2 = nsga2Sampler(parseOptions({ name: 'nsga2', options: {} }, nsga2Rules));
  const lateSampler = (study: BoundStudy): Sampler => {
    if (study.directions.length > 1) return nsga2;
    return hasOnlyNumbers(searchSpaceOf(study)) ? cma : tpe;
  };
  return {
    sample(study, history, rng) {
      const finished = rankTrials(study.directions[0]!, history).ranked.length;
      if (finished < STARTUP_TRIALS) return sobol.sample(study, history, rng);
      const late = lateSampler(study);
      const turns = finished < GP_TRIALS ? [gp, gp, gp, tpe] : [late, gp, late, tpe];
      return turns[nextNumber(history) % turns.length]!.sample(study, history, rng);
    },
  };
}

/** Whether CMA-ES would search all that is to be searched. */
function hasOnlyNumbers(space: SearchSpace): boolean {
  return Object.values(space).filter((entry) => countValues(entry) > 1).length === findNumbers(space).length;
}
