import { type BenchCase, median } from '../report.ts';
import type { Problem } from './problem.ts';
import type { Curve } from './search.ts';
import { FLOOR, printSignificance } from './significance.ts';

/** Best-so-far by sampler, problem, seed and number of trials. */
export type Curves = Record<string, { curves: Record<string, Record<string, Curve>> }>;

/** What Optuna 5 has: its default, and every sampler it offers. */
const PEER_TPE = ['tpe'];
const PEER_ALL = ['tpe', 'tpe_mvg', 'gp', 'cmaes', 'qmc', 'random'];

/** Median over seeds of a sampler's best after n trials; NaN where it was not run so far. */
function medianBest(curves: Curves, sampler: string, problem: string, n: number): number {
  const values = Object.values(curves[sampler]?.curves[problem] ?? {}).map((curve) => curve[n] ?? Number.NaN);
  return values.length === 0 ? Number.NaN : median(values);
}

/** Problems, those without a known minimum with the lowest value that any search found. */
export function withBest(problems: readonly Problem[], ...sets: readonly Curves[]): Problem[] {
  return problems.map((problem) => {
    const found = sets.flatMap((set) =>
      Object.values(set).flatMap(({ curves }) =>
        Object.values(curves[problem.name] ?? {}).flatMap(Object.values),
      ),
    ) as number[];
    return { ...problem, f_best: problem.f_best ?? Math.min(...found) };
  });
}

/** Median regret as a share of random's, floored; random is the peers' or, without them, our own. */
function regret(
  curves: Curves,
  peers: Curves,
  sampler: string,
  { name, f_best = 0 }: Problem,
  n: number,
): number {
  const random = randomRegret(curves, peers, { name, f_best }, n);
  return Math.max((medianBest(curves, sampler, name, n) - f_best) / random, FLOOR);
}

function randomRegret(
  curves: Curves,
  peers: Curves,
  { name, f_best = 0 }: Pick<Problem, 'name' | 'f_best'>,
  n: number,
): number {
  const peerRandom = medianBest(peers, 'random', name, n);
  return (Number.isNaN(peerRandom) ? medianBest(curves, 'random', name, n) : peerRandom) - f_best;
}

/** One line a problem and n: the medians of ours, then normalised regret of ours and of the peers. */
export function printMedians(
  curves: Curves,
  peers: Curves,
  problems: readonly Problem[],
  at: readonly number[],
  spent: Readonly<Record<string, number>>,
): void {
  const ours = Object.keys(curves);
  const theirs = PEER_ALL.filter((name) => name !== 'random' && peers[name]);
  console.log(`median best (and regret over random's) of ${ours.join(' | ')}   peers: ${theirs.join(' | ')}`);
  for (const n of at) {
    for (const problem of problems) {
      const show = (set: Curves) => (sampler: string) =>
        `${medianBest(set, sampler, problem.name, n).toPrecision(4)}${showRegret(regret(set, peers, sampler, problem, n))}`;
      console.log(
        `${String(n).padStart(4)} ${problem.name.padEnd(16)} ${ours.map(show(curves)).join(' | ')}   ${theirs.map(show(peers)).join(' | ')}`,
      );
    }
  }
  for (const sampler of ours) {
    const logs = at.flatMap((n) => {
      const all = problems.map((problem) => Math.log10(regret(curves, peers, sampler, problem, n)));
      const mean = all.reduce((a, b) => a + b, 0) / all.length;
      return Number.isNaN(mean) ? [] : [`${n}: ${mean.toFixed(3)}`];
    });
    const told = logs.length === 0 ? '' : ` mean log10 regret ${logs.join(', ')};`;
    console.log(`${sampler}:${told} ${spent[sampler]!.toFixed(0)} ms a search`);
  }
}

/** Nothing where random was not run: regret is told as a share of its. */
const showRegret = (value: number): string => (Number.isNaN(value) ? '' : ` (${value.toFixed(3)})`);

/** Each of ours against Optuna's TPE, after as many trials as the peers were recorded at; else against our own random. */
export function printComparisons(
  curves: Curves,
  peers: Curves,
  problems: readonly Problem[],
  at: readonly number[],
): void {
  const isRecorded = problems.some(({ name }) => peers['tpe']?.curves[name]);
  const peer = isRecorded ? peers['tpe'] : curves['random'];
  if (peer === undefined) return;
  const label = isRecorded ? "Optuna's tpe" : 'random';
  const recorded = (n: number) =>
    problems.every(({ name }) =>
      Object.values(peer.curves[name] ?? {}).every((curve) => curve[n] !== undefined),
    );
  for (const n of at.filter(recorded))
    for (const [sampler, own] of Object.entries(curves))
      if (own !== peer)
        printSignificance([sampler, own], [label, peer], problems, n, (problem, trials) =>
          randomRegret(curves, peers, problem, trials),
        );
}

/** The targets, where the peers' curves are at hand: `tpe` against Optuna's TPE; `auto` against all its samplers. */
export function compareWithPeers(
  curves: Curves,
  peers: Curves,
  problems: readonly Problem[],
  at: readonly number[],
): BenchCase[] {
  const known = problems.filter(({ name }) => peers['tpe']?.curves[name]);
  if (known.length === 0) return [];
  const share = (count: number) => Math.ceil((count * known.length) / 9);
  return Object.keys(curves).flatMap((sampler) =>
    at.flatMap((n) => {
      // Peers may not have been recorded at every n.
      if (known.some((problem) => Number.isNaN(medianBest(peers, 'tpe', problem.name, n)))) return [];
      const judged = n >= 50;
      const wins = (names: readonly string[]) => {
        const ours = known.map((problem) => regret(curves, peers, sampler, problem, n));
        const best = known.map((problem) => bestOf(peers, names, problem, n));
        return {
          count: ours.filter((value, i) => value <= best[i]!).length,
          worst: Math.max(...ours.map((value, i) => value / best[i]!)),
        };
      };
      const line = (
        what: string,
        ours: number,
        target: number | null,
        better: '>=' | '<=' = '>=',
      ): BenchCase => ({
        case: `${sampler} at ${n} trials: ${what}`,
        ours,
        peer: known.length,
        unit: better === '>=' ? 'problems' : '× the best',
        ratio: null,
        target: target === null ? 'shown' : `${better} ${target}`,
        ok: target === null || !judged ? null : better === '>=' ? ours >= target : ours <= target,
      });
      const [tpe, all] = [wins(PEER_TPE), wins(PEER_ALL)];
      const targets = { tpe: [share(6), null, null], auto: [share(8), share(6), 1.5] }[sampler] ?? [
        null,
        null,
        null,
      ];
      return [
        line("at least as good as Optuna's TPE", tpe.count, targets[0]!),
        line("at least as good as Optuna's best", all.count, targets[1]!),
        line("the worst problem, against Optuna's best", all.worst, targets[2]!, '<='),
      ];
    }),
  );
}

function bestOf(peers: Curves, names: readonly string[], problem: Problem, n: number): number {
  const all = names.filter((name) => peers[name]?.curves[problem.name]);
  return Math.min(
    ...all.map((name) => regret(peers, peers, name, problem, n)).filter((value) => !Number.isNaN(value)),
  );
}
