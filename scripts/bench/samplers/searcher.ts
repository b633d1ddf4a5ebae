import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Params } from '../../../src/domain/distribution.ts';
import { createRng } from '../../../src/domain/random.ts';
import { activeDistributions } from '../../../src/domain/search-space.ts';
import type { FrozenTrial } from '../../../src/domain/trial.ts';
import { createSampler } from '../../../src/samplers/index.ts';
import { makeStudy } from '../../../src/testing/trial-fixtures.ts';
import { type Problem, searchSpaceOf } from './problem.ts';

/** Suggests points one after another, and is told what each was worth. */
export interface Searcher {
  ask(): Promise<Params>;
  tell(params: Params, value: number): void;
  close(): void;
}

/**
 * @param name one of our samplers, perhaps with options (`tpe:{"nCandidates":48}`); or the installed Optuna's: `optuna`
 *   (TPE, multivariate by groups), `optuna-default` (TPE as it comes), `optuna-random`
 */
export function openSearcher(name: string, problem: Problem, seed: number): Searcher {
  const peer = /^optuna(?:-(default|random))?$/.exec(name);
  return peer ? searchByOptuna(problem, seed, peer[1] ?? 'tpe') : searchByOurs(name, problem, seed);
}

function searchByOurs(text: string, problem: Problem, seed: number): Searcher {
  const [, name = text, options = '{}'] = /^([\w-]+):(.*)$/.exec(text) ?? [];
  const sampler = createSampler({ name, options: JSON.parse(options) });
  const space = searchSpaceOf(problem);
  const study = makeStudy(space, { seed });
  const history: FrozenTrial[] = [];
  return {
    ask: async () => sampler.sample(study, history, createRng(seed, history.length)),
    tell: (params, value) => {
      history.push(completeTrial(history.length, params, value, activeDistributions(space, params)));
    },
    close: () => {},
  };
}

function completeTrial(
  number: number,
  params: Params,
  value: number,
  distributions: FrozenTrial['distributions'],
): FrozenTrial {
  return {
    id: number + 1,
    number,
    params,
    distributions,
    intermediateValues: new Map(),
    userAttrs: {},
    systemAttrs: {},
    state: 'complete',
    startedAt: 0,
    completedAt: 0,
    values: [value],
  };
}

function searchByOptuna({ space }: Problem, seed: number, sampler: string): Searcher {
  const script = fileURLToPath(new URL('./optuna-peer.py', import.meta.url));
  const argv = [script, JSON.stringify(space), String(seed), sampler];
  const child: ChildProcessByStdio<Writable, Readable, null> = spawn(
    process.env['BENCH_PYTHON'] ?? '/usr/bin/python3',
    argv,
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    ask: async () => {
      const { value, done } = await lines.next();
      if (done) throw new Error('Optuna ended; is python3-optuna installed?');
      return JSON.parse(value) as Params;
    },
    tell: (_, value) => child.stdin.write(`${JSON.stringify(Number.isFinite(value) ? value : null)}\n`),
    close: () => child.stdin.end(),
  };
}
