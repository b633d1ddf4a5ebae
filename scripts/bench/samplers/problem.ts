import type { ParamValue } from '../../../src/domain/distribution.ts';
import type { SearchSpace, SpaceEntry } from '../../../src/domain/search-space.ts';

// biome-ignore lint/suspicious/noExplicitAny: a problem reads its own parameters, whose types its space decides
export type ProblemParams = Record<string, any>;

/** A parameter as problem modules write it; `cat` is short for categorical. */
export interface ProblemEntry {
  readonly name: string;
  readonly type: 'float' | 'int' | 'cat' | 'categorical';
  readonly low?: number;
  readonly high?: number;
  readonly log?: boolean;
  readonly step?: number | null;
  readonly choices?: readonly ParamValue[];
  readonly when?: Readonly<Record<string, readonly ParamValue[]>> | null;
}

/** A function to minimise. */
export interface Problem {
  readonly name: string;
  readonly space: readonly ProblemEntry[];
  readonly f: (params: ProblemParams) => number | Promise<number>;
  /** Standard deviation of the Gaussian noise that the sampler sees; a search is scored without it. */
  readonly noise_sigma?: number | null;
  readonly noise?: number | { readonly sigma: number } | null;
  readonly f_best?: number;
  readonly check?: readonly { readonly params: ProblemParams; readonly value: number }[];
}

/** @throws where the noise is written in another way: to search without it would be another problem */
export function noiseOf({ name, noise_sigma, noise }: Problem): number {
  const sigma =
    noise_sigma ?? (typeof noise === 'object' ? (noise === null ? 0 : noise.sigma) : (noise ?? 0));
  if (typeof sigma === 'number' && sigma >= 0) return sigma;
  throw new Error(`${name}: write its noise as "noise_sigma: 0.3" or "noise: { sigma: 0.3 }"`);
}

export function searchSpaceOf(problem: Problem): SearchSpace {
  return Object.fromEntries(problem.space.map((entry) => [entry.name, toSpaceEntry(entry)]));
}

function toSpaceEntry({ type, low = 0, high = 1, log, step, choices = [], when }: ProblemEntry): SpaceEntry {
  const condition = when ? { when } : {};
  if (type === 'cat' || type === 'categorical') return { type: 'categorical', choices, ...condition };
  return { type, low, high, ...(log ? { log } : {}), ...(step ? { step } : {}), ...condition };
}

/** The standard normal draw of a trial: mulberry32, then Box–Muller. */
export function gauss(seed: number, number: number): number {
  const uniform = mulberry32(seed * 100003 + number * 7919 + 12345);
  const u1 = uniform() + 0.5 / 2 ** 32;
  return Math.sqrt(-2 * Math.log(u1)) * Math.cos(2 * Math.PI * uniform());
}

export function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** @throws where a problem does not compute its published values, or its noise can't be read */
export async function verifyProblems(problems: readonly Problem[]): Promise<void> {
  for (const problem of problems) {
    const { name, f, check = [] } = problem;
    noiseOf(problem);
    for (const { params, value } of check) {
      const ours = await f(params);
      if (!(Math.abs(ours - value) <= 1e-9 * Math.max(1, Math.abs(value))))
        throw new Error(`${name}: f(${JSON.stringify(params)}) is ${ours}, not ${value}`);
    }
  }
}
