import type { Sampler } from '../domain/ports.ts';
import { gpSampler } from './gp.ts';
import { rankTrials } from './rank-trials.ts';
import { nextNumber, sobolSampler } from './sobol.ts';
import { tpeSampler } from './tpe.ts';

const STARTUP_TRIALS = 8;
/** Past so many finished trials a Gaussian process costs more than it knows. */
const GP_TRIALS = 150;
/** Every so many suggestions come from TPE, whose mistakes are others than the process's. */
const TPE_EVERY = 4;

/** What is best at each stage of a search: Sobol points, then mostly a Gaussian process, then TPE. */
export function autoSampler(): Sampler {
  const sobol = sobolSampler();
  const gp = gpSampler({ nStartupTrials: 2 });
  const tpe = tpeSampler({ nStartupTrials: 1, nCandidates: 24 });
  return {
    sample(study, history, rng) {
      const finished = rankTrials(study.directions[0]!, history).ranked.length;
      if (finished < STARTUP_TRIALS) return sobol.sample(study, history, rng);
      const isTurn = nextNumber(history) % TPE_EVERY === TPE_EVERY - 1;
      return (finished >= GP_TRIALS || isTurn ? tpe : gp).sample(study, history, rng);
    },
  };
}
