import { normalCdf } from '#bayesian-optimizer';
import type { Curves } from './compare.ts';
import type { Problem } from './problem.ts';

/** Regret below this share of random's is a tie. */
export const FLOOR = 0.01;

/**
 * Two-sided p of Mann and Whitney's test that two samples come from one distribution: the normal approximation with
 * corrections for ties and continuity, good from about 8 values a sample on.
 */
export function mannWhitney(a: readonly number[], b: readonly number[]): number {
  const [n, m] = [a.length, b.length];
  const all = [...a, ...b].sort((x, y) => x - y);
  // Every pair counts for the larger; equal ones half.
  let wins = 0;
  for (const x of a) for (const y of b) wins += x > y ? 1 : x === y ? 0.5 : 0;
  const counts = new Map<number, number>();
  for (const value of all) counts.set(value, (counts.get(value) ?? 0) + 1);
  const ties = [...counts.values()].reduce((sum, t) => sum + t ** 3 - t, 0);
  const total = n + m;
  const variance = ((n * m) / 12) * (total + 1 - ties / (total * (total - 1)));
  if (!(variance > 0)) return 1;
  const z = Math.max(Math.abs(wins - (n * m) / 2) - 0.5, 0) / Math.sqrt(variance);
  return 2 * normalCdf(-z);
}

/** How sure it is that `sampler` differs from a peer after n trials: on each problem, and over all by mean log regret. */
export function printSignificance(
  [label, ours]: readonly [string, Curves[string]],
  [peerLabel, theirs]: readonly [string, Curves[string]],
  problems: readonly Problem[],
  n: number,
  randomRegretOf: (problem: Problem, n: number) => number,
): void {
  const known = problems.filter(({ name }) => theirs.curves[name] && ours.curves[name]);
  const logs = (from: Curves[string], problem: Problem): number[] =>
    Object.values(from.curves[problem.name]!).map((curve) => {
      const regret = (curve[n]! - (problem.f_best ?? 0)) / randomRegretOf(problem, n);
      return Math.log10(Math.max(regret, FLOOR));
    });
  const lines = known.map((problem) => {
    const [a, b] = [logs(ours, problem), logs(theirs, problem)];
    return { name: problem.name, gain: mean(b) - mean(a), p: mannWhitney(a, b) };
  });
  const bySeed = (from: Curves[string]): number[] => {
    const columns = known.map((problem) => logs(from, problem));
    const seeds = Math.min(...columns.map((column) => column.length));
    return Array.from({ length: seeds }, (_, i) => mean(columns.map((column) => column[i]!)));
  };
  const [a, b] = [bySeed(ours), bySeed(theirs)];
  lines.push({ name: 'all together', gain: mean(b) - mean(a), p: mannWhitney(a, b) });
  console.log(`${label} against ${peerLabel} at ${n} trials: factor of the regret, p (Mann–Whitney)`);
  for (const { name, gain, p } of lines)
    console.log(
      `  ${name.padEnd(16)} ${(10 ** -gain).toFixed(2).padStart(6)}×  p ${p < 0.001 ? '< 0.001' : p.toFixed(3)}`,
    );
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
