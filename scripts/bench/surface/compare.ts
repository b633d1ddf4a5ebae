import { createRng } from '../../../src/domain/random.ts';
import { signedRankTest } from '../../../src/pruners/signed-rank.ts';
import type { BenchCase } from '../report.ts';
import type { TrialRow } from './search.ts';

/** Looked at after so many trials. */
const CHECKPOINTS = [10, 25, 50];
/** Of the two-sided test. */
const SIGNIFICANCE = 0.05;

/** Mean test score of each sampler, and the first of `samplers` that is named last against each other one. */
export function compareSamplers(searches: readonly TrialRow[][], samplers: readonly string[]): BenchCase[] {
  const sets = [...new Set(searches.map((search) => search[0]!.set))];
  const ours = samplers.at(-1)!;
  const cases: BenchCase[] = [];
  for (const scope of [...sets, ...(sets.length > 1 ? ['all sets'] : [])]) {
    const own = searches.filter(([first]) => scope === 'all sets' || first!.set === scope);
    for (const nTrials of CHECKPOINTS.filter((n) => n <= (own[0]?.length ?? 0))) {
      for (const peer of samplers.slice(0, -1))
        cases.push(...compareTwo(own, { ours, peer, scope, nTrials }));
    }
  }
  return cases;
}

interface Comparison {
  readonly ours: string;
  readonly peer: string;
  readonly scope: string;
  readonly nTrials: number;
}

function compareTwo(
  searches: readonly TrialRow[][],
  { ours, peer, scope, nTrials }: Comparison,
): BenchCase[] {
  const scores = (sampler: string, score: (search: readonly TrialRow[]) => number): Map<string, number> =>
    new Map(
      searches
        .filter(([first]) => first!.sampler === sampler)
        .map((search) => [`${search[0]!.set} ${search[0]!.seed}`, score(search.slice(0, nTrials))]),
    );
  return (
    [
      ['validation', bestValue],
      ['test', testOfPicked],
    ] as const
  ).flatMap(([what, score]) => {
    const [a, b] = [scores(ours, score), scores(peer, score)];
    const pairs = [...a].flatMap(([key, value]) => (b.has(key) ? [[value, b.get(key)!] as const] : []));
    if (pairs.length < 2) return [];
    const differences = pairs.map(([x, y]) => x - y);
    const [low, high] = bootstrapMean(differences);
    const p = Math.min(
      1,
      2 * Math.min(signedRankTest(differences), signedRankTest(differences.map((d) => -d))),
    );
    const verdict = p < SIGNIFICANCE ? 'significant' : 'not significant';
    const [mine, theirs] = [mean(pairs.map(([x]) => x)), mean(pairs.map(([, y]) => y))];
    return [
      {
        case:
          `${scope}, ${nTrials} trials, ${pairs.length} pairs: ${what} macro-F0.5 of ${ours} against ${peer}, ` +
          `difference ${signed(mean(differences))} [${signed(low)}, ${signed(high)}], p = ${p.toFixed(3)}: ${verdict}`,
        ours: mine,
        peer: theirs,
        unit: 'F0.5',
        ratio: mine / theirs,
        target: 'only shown',
        ok: null,
      },
    ];
  });
}

const bestValue = (search: readonly TrialRow[]): number =>
  Math.max(...search.map(({ value }) => value ?? Number.NEGATIVE_INFINITY));

/** Of the trial that was best on the validation set (the earliest of equals). */
function testOfPicked(search: readonly TrialRow[]): number {
  const best = bestValue(search);
  return search.find(({ value }) => value === best)!.test!;
}

const RESAMPLES = 10_000;

/** Ends of the 95 % percentile interval of the mean of so many pairs. */
function bootstrapMean(values: readonly number[]): [low: number, high: number] {
  const rng = createRng(1, values.length, 'surface');
  const means = Float64Array.from({ length: RESAMPLES }, () =>
    mean(values.map(() => values[rng.integer(values.length)]!)),
  ).sort();
  return [means[Math.floor(0.025 * RESAMPLES)]!, means[Math.floor(0.975 * RESAMPLES)]!];
}

const mean = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0) / xs.length;
const signed = (x: number): string => `${x < 0 ? '−' : '+'}${Math.abs(x).toFixed(4)}`;
