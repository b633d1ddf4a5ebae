import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Params } from '../../../src/domain/distribution.ts';
import type { Sampler } from '../../../src/domain/ports.ts';
import { createRng } from '../../../src/domain/random.ts';
import { activeDistributions } from '../../../src/domain/search-space.ts';
import type { FrozenTrial } from '../../../src/domain/trial.ts';
import { createSampler } from '../../../src/samplers/index.ts';
import { makeStudy } from '../../../src/testing/trial-fixtures.ts';
import { gauss, noiseOf, type Problem, searchSpaceOf } from './problem.ts';

/** One search to run: a sampler (`tpe`, or with options `tpe:{"nCandidates":48}`) on a problem with a study seed. */
export interface SearchTask {
  readonly sampler: string;
  readonly problem: string;
  readonly seed: number;
}

/** Best value by number of trials. */
export type Curve = Record<string, number>;

/**
 * Runs a search one trial after another. The score at n trials is the noiseless value of the trial with the best value
 * *seen* so far: what a person would take home.
 */
export async function runSearch(task: SearchTask, problem: Problem, at: readonly number[]): Promise<Curve> {
  const space = searchSpaceOf(problem);
  const study = makeStudy(space, { seed: task.seed });
  const sampler = samplerOf(task.sampler);
  const history: FrozenTrial[] = [];
  const curve: Curve = {};
  let best = { seen: Number.POSITIVE_INFINITY, score: Number.POSITIVE_INFINITY };
  for (let number = 0; number < Math.max(...at); number++) {
    const params = await sampler.sample(study, history, createRng(task.seed, number));
    const score = problem.f(params);
    const sigma = noiseOf(problem);
    const seen = sigma === 0 ? score : score + sigma * gauss(task.seed, number);
    if (seen < best.seen) best = { seen, score };
    history.push(completeTrial(number, params, seen, space));
    if (at.includes(number + 1)) curve[number + 1] = best.score;
  }
  return curve;
}

function samplerOf(text: string): Sampler {
  const [, name = text, options = '{}'] = /^([\w-]+):(.*)$/.exec(text) ?? [];
  return createSampler({ name, options: JSON.parse(options) });
}

function completeTrial(
  number: number,
  params: Params,
  value: number,
  space: ReturnType<typeof searchSpaceOf>,
): FrozenTrial {
  return {
    id: number + 1,
    number,
    params,
    distributions: activeDistributions(space, params),
    intermediateValues: new Map(),
    userAttrs: {},
    systemAttrs: {},
    state: 'complete',
    startedAt: 0,
    completedAt: 0,
    values: [value],
  };
}

/** The problems of a module that exports `problems`. */
export async function loadProblems(path: string): Promise<readonly Problem[]> {
  const module: { problems?: readonly Problem[] } = await import(pathToFileURL(resolve(path)).href);
  if (!module.problems) throw new Error(`${path} exports no "problems"`);
  return module.problems;
}

export function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8')) as T;
}
