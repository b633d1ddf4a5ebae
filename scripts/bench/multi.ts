/**
 * Fronts found in equal numbers of trials: the hypervolume of ours and of Optuna's NSGA-II (python3 with optuna) on ZDT1, ZDT2
 * and a mixed, conditional space, over several seeds in the same run. Numbers are the share of the true front's
 * hypervolume that is still missing, the median over the seeds: smaller is better.
 *
 *   npm run bench:multi -- [--samplers nsga2,tpe,auto,random] [--trials 200] [--seeds 10] [--python /usr/bin/python3] [-f json]
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { hypervolume } from '../../src/bayesian-optimizer/index.ts';
import { createRng } from '../../src/domain/random.ts';
import type { FrozenTrial } from '../../src/domain/trial.ts';
import { createSampler } from '../../src/samplers/index.ts';
import { makeMultiStudy, makeTrial } from '../../src/testing/trial-fixtures.ts';
import { type MultiProblem, PROBLEMS } from './multi/problems.ts';
import { type BenchCase, median, printBench } from './report.ts';

const { values: args } = parseArgs({
  options: {
    samplers: { type: 'string', default: 'nsga2,tpe,auto,random' },
    problems: { type: 'string', default: PROBLEMS.map(({ name }) => name).join(',') },
    trials: { type: 'string', default: '200' },
    seeds: { type: 'string', default: '10' },
    python: { type: 'string', default: '/usr/bin/python3' },
    format: { type: 'string', short: 'f', default: 'table' },
  },
});
const [nTrials, nSeeds] = [Number(args.trials), Number(args.seeds)];

/** The values of a search, one trial after another. */
async function search(
  name: string,
  { space, f }: MultiProblem,
  seed: number,
): Promise<(readonly number[])[]> {
  const sampler = createSampler({ name, options: {} });
  const study = makeMultiStudy(space, { seed });
  const history: FrozenTrial[] = [];
  for (let number = 0; number < nTrials; number++) {
    const params = await sampler.sample(study, history, createRng(seed, number));
    history.push(makeTrial(number, f(params), { params, space }));
  }
  return history.map((trial) => (trial.state === 'complete' ? trial.values : []));
}

/** The share of the true front's hypervolume that a search has not found. */
const missing = ({ reference, most }: MultiProblem, values: readonly (readonly number[])[]): number =>
  1 - hypervolume(values, reference) / most;

function searchByOptuna({ name }: MultiProblem): { version: string; runs: number[][][] } | null {
  const script = fileURLToPath(new URL('./multi/nsga2-peer.py', import.meta.url));
  try {
    const out = execFileSync(args.python, [script, name, String(nTrials), String(nSeeds)], {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [version, runs] = JSON.parse(out) as [string, number[][][]];
    return { version, runs };
  } catch {
    return null;
  }
}

const cases: BenchCase[] = [];
for (const problem of PROBLEMS.filter(({ name }) => args.problems.split(',').includes(name))) {
  const found = searchByOptuna(problem);
  const peer = found && median(found.runs.map((values) => missing(problem, values)));
  for (const sampler of args.samplers.split(',')) {
    const runs: number[] = [];
    for (let seed = 0; seed < nSeeds; seed++)
      runs.push(missing(problem, await search(sampler, problem, seed)));
    const ours = median(runs);
    const mustWin = sampler !== 'random';
    cases.push({
      case: `${problem.name}, ${sampler}, ${nTrials} trials${found ? ` (peer: Optuna ${found.version}'s NSGA-II)` : ''}`,
      ours,
      peer,
      unit: 'of the hypervolume missing',
      ratio: peer === null ? null : ours / peer,
      target: mustWin ? '<= 1' : 'shown',
      ok: mustWin && peer !== null ? ours <= peer : null,
    });
  }
}
printBench(cases, process.argv.slice(2));
