import { createFrom, defineEntry, type RegistryEntry } from '../domain/choice.ts';
import type { Sampler } from '../domain/ports.ts';
import type { Choice } from '../domain/study.ts';
import { autoSampler } from './auto.ts';
import { cmaEsSampler } from './cma-es.ts';
import { gpRules, gpSampler } from './gp.ts';
import { gridRules, gridSampler } from './grid.ts';
import { nsga2Rules, nsga2Sampler } from './nsga2.ts';
import { ordered, weighted } from './one-objective.ts';
import { randomSampler } from './random.ts';
import { sobolSampler } from './sobol.ts';
import { tpeRules, tpeSampler } from './tpe.ts';

/** Every sampler by name; a new one is its file and one line here. */
export const SAMPLERS = {
  auto: defineEntry(
    'Sobol points, then a Gaussian process mixed with TPE; in long searches CMA-ES, TPE or NSGA-II',
    {},
    autoSampler,
  ),
  random: defineEntry('independent uniform draws', {}, randomSampler),
  grid: defineEntry('every combination, in shuffled order', gridRules, gridSampler),
  sobol: defineEntry('evenly spread points (scrambled Sobol sequence)', {}, sobolSampler),
  tpe: defineEntry('tree-structured Parzen estimator', tpeRules, (options) => ordered(tpeSampler(options))),
  gp: defineEntry('Gaussian process with expected improvement', gpRules, (options) =>
    weighted(gpSampler(options)),
  ),
  'cma-es': defineEntry(
    'CMA-ES with margin over the numbers, TPE for choices and conditional parameters',
    {},
    () => ordered(cmaEsSampler()),
  ),
  nsga2: defineEntry('genetic search for the front of several objectives', nsga2Rules, nsga2Sampler),
} satisfies Record<string, RegistryEntry<Sampler>>;

/** @throws {UsageError} for an unknown name or option, listing the known ones */
export function createSampler(choice: Choice): Sampler {
  return createFrom<Sampler>('sampler', SAMPLERS, choice);
}
