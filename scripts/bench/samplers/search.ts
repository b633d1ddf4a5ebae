import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { gauss, noiseOf, type Problem } from './problem.ts';
import { openSearcher } from './searcher.ts';

/** One search to run: a sampler, as `openSearcher` reads it, on a problem with a study seed. */
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
  const searcher = openSearcher(task.sampler, problem, task.seed);
  const sigma = noiseOf(problem);
  const curve: Curve = {};
  let best = { seen: Number.POSITIVE_INFINITY, score: Number.POSITIVE_INFINITY };
  try {
    for (let number = 0; number < Math.max(...at); number++) {
      const params = await searcher.ask();
      const score = await problem.f(params);
      const seen = sigma === 0 ? score : score + sigma * gauss(task.seed, number);
      if (seen < best.seen) best = { seen, score };
      searcher.tell(params, seen);
      if (at.includes(number + 1)) curve[number + 1] = best.score;
    }
  } finally {
    searcher.close();
  }
  return curve;
}

/**
 * The problems of a module that exports `problems`, as an ES module or as CommonJS.
 * @param path absolute
 */
export async function loadProblems(path: string): Promise<readonly Problem[]> {
  const module: { problems?: readonly Problem[]; default?: { problems?: readonly Problem[] } } = await import(
    pathToFileURL(path).href
  );
  const problems = module.problems ?? module.default?.problems;
  if (!Array.isArray(problems)) throw new Error(`${path} exports no list "problems"`);
  return problems;
}

export function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8')) as T;
}
