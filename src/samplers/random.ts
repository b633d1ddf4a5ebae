import type { Sampler } from '../domain/ports.ts';
import { countPoints, drawDistinct, drawUniform } from './distinct.ts';
import { searchSpaceOf } from './search-space-of.ts';

/** With more points a trial than this, a repeat is too rare to read the history for: asking stays as fast as at first. */
const POINTS_A_TRIAL = 1000;

/** Independent uniform draws (log-uniform where the parameter is): the baseline that every other sampler has to beat. */
export function randomSampler(): Sampler {
  return {
    sample(study, history, rng) {
      const space = searchSpaceOf(study);
      const params = drawUniform(space, rng);
      if (countPoints(space, params) > POINTS_A_TRIAL * history.length) return params;
      return drawDistinct(space, history, rng, () => drawUniform(space, rng));
    },
  };
}
