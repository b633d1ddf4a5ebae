/**
 * The tree-structured Parzen estimator: the trials so far are split into a few good ones and the rest, a density is
 * fitted to each (./tpe-densities.ts), points are drawn from the good one, and the point is taken where the ratio of
 * good to bad is largest, which is where expected improvement is. All parameters that are active together are modelled
 * jointly; a conditional group is suggested once its parents have their values.
 *
 * J. Bergstra et al.: Algorithms for hyper-parameter optimization, NeurIPS 2011, section 4; S. Watanabe, arXiv 2304.11127
 * (2023). Differs from the latter in its kernels: one width for all, narrower than a neighbour's distance, as searches of
 * 50 to 200 trials gain most from looking close to what was good.
 */
import type { OptionRules, OptionValues } from '../domain/choice.ts';
import type { Params } from '../domain/distribution.ts';
import type { Sampler } from '../domain/ports.ts';
import type { Rng } from '../domain/random.ts';
import { buildParams, type SearchSpace } from '../domain/search-space.ts';
import { drawDistinct } from './distinct.ts';
import { type RankedTrials, rankTrials } from './rank-trials.ts';
import { type DimensionGroup, decode, groupDimensions, onlyValue } from './search-dimensions.ts';
import { searchSpaceOf } from './search-space-of.ts';
import { sobolSampler } from './sobol.ts';
import { estimateDensities, type TpeDensities } from './tpe-densities.ts';

export const tpeRules = {
  nStartupTrials: {
    default: 10,
    min: 1,
    integer: true,
    about: 'finished trials before it takes over from Sobol points',
  },
  nCandidates: { default: 24, min: 1, integer: true, about: 'points drawn for each suggestion' },
} satisfies OptionRules;

export function tpeSampler({ nStartupTrials, nCandidates }: OptionValues<typeof tpeRules>): Sampler {
  const startup = sobolSampler();
  return {
    sample(study, history, rng) {
      const trials = rankTrials(study.directions[0]!, history);
      if (trials.ranked.length < nStartupTrials) return startup.sample(study, history, rng);
      const space = searchSpaceOf(study);
      return drawDistinct(space, history, rng, tpeProposer(space, trials, { nCandidates, rng }));
    },
  };
}

/**
 * Points of the space by the trials so far (from none on), as often as it is asked.
 * @param given values of parameters that were chosen elsewhere; they decide about their children
 */
export function tpeProposer(
  space: SearchSpace,
  trials: RankedTrials,
  { nCandidates, rng }: { readonly nCandidates: number; readonly rng: Rng },
): (given?: Params) => Params {
  const suggest = groupSuggester(trials, nCandidates, rng);
  return (given = {}) => propose(space, suggest, given);
}

/** Suggests a group's coordinates; its densities are estimated once however often it is asked. */
function groupSuggester(
  trials: RankedTrials,
  nCandidates: number,
  rng: Rng,
): (group: DimensionGroup) => Float64Array {
  const known = new Map<DimensionGroup, TpeDensities>();
  return (group) => {
    const densities = known.get(group) ?? estimateDensities(group, trials);
    known.set(group, densities);
    return pickCandidate(densities, group.length, nCandidates, rng);
  };
}

function pickCandidate({ good, bad }: TpeDensities, d: number, nCandidates: number, rng: Rng): Float64Array {
  const candidates = new Float64Array(nCandidates * d);
  for (let i = 0; i < nCandidates; i++) candidates.set(good.sample(rng), i * d);
  const [likely, unlikely] = [good.logDensities(candidates), bad.logDensities(candidates)];
  let best = 0;
  for (let i = 1; i < nCandidates; i++)
    if (likely[i]! - unlikely[i]! > likely[best]! - unlikely[best]!) best = i;
  return candidates.subarray(best * d, (best + 1) * d);
}

/** One point of the space; a group is suggested when its first active parameter is reached. */
function propose(
  space: SearchSpace,
  suggest: (group: DimensionGroup) => Float64Array,
  given: Params,
): Params {
  const groups = groupDimensions(space);
  const suggested = new Map<DimensionGroup, Float64Array>();
  return buildParams(space, (name, entry) => {
    if (Object.hasOwn(given, name)) return given[name]!;
    const group = groups.find((members) => members.some((dim) => dim.name === name));
    if (group === undefined) return onlyValue(entry);
    const point = suggested.get(group) ?? suggest(group);
    suggested.set(group, point);
    const j = group.findIndex((dim) => dim.name === name);
    return decode(group[j]!, point[j]!);
  });
}
