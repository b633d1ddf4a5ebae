import t from 'tap';
import { AVERAGES, type Objective } from '../domain/objective.ts';
import { createRng } from '../domain/random.ts';
import {
  bootstrapScore,
  computeStatistics,
  evaluate,
  type LabelSets,
  pairedBootstrap,
  startResampledMean,
  startResampledScore,
} from './index.ts';

const LABELS = ['a', 'b', 'c', 'd'];

const objectiveOf = (metric: string, average: Objective['average'] = 'macro'): Objective => ({
  metric,
  average,
  direction: 'maximize',
  positiveLabel: average === 'binary' ? 'b' : null,
});

/** Documents of which a share is predicted right; −1 among the gold labels is one that training lacked. */
function makeCase(seed: number, n: number, multiLabel: boolean): { gold: LabelSets; predicted: LabelSets } {
  const rng = createRng(seed, n);
  const draw = (): number[] => {
    const first = rng.integer(LABELS.length + 1) - 1;
    const second = rng.integer(LABELS.length);
    return multiLabel && second !== first && rng.uniform() < 0.5 ? [first, second] : [first];
  };
  const gold = Array.from({ length: n }, draw);
  const known = (labels: readonly number[]): number[] => labels.filter((label) => label >= 0);
  const predicted = gold.map((labels) => known(rng.uniform() < 0.6 ? labels : draw()).toReversed());
  return { gold, predicted };
}

t.test('a resample is worth what evaluating its documents anew says', async (t) => {
  for (const multiLabel of [false, true]) {
    const { gold, predicted } = makeCase(1, 60, multiLabel);
    const draws = Array.from({ length: 60 }, () => createRng(7, 0).integer(60));
    const rng = createRng(3, 0);
    for (const average of AVERAGES) {
      for (const metric of [
        'f0.5',
        'f3',
        'precision',
        'recall',
        'accuracy',
        ...(multiLabel ? [] : ['mcc']),
      ]) {
        const options = { labels: LABELS, objective: objectiveOf(metric, average), multiLabel };
        const score = startResampledScore(gold, predicted, options)!;
        for (const chosen of [draws, Array.from({ length: 60 }, () => rng.integer(60))]) {
          const counts = new Int32Array(score.nKinds);
          for (const document of chosen) counts[score.kindOf[document]!]!++;
          const want = evaluate(
            chosen.map((document) => gold[document]!),
            chosen.map((document) => predicted[document]!),
            options,
          )[metric]!;
          t.ok(Math.abs(score.value(counts) - want) < 1e-12, `${average} ${metric}: ${want}`);
        }
      }
    }
  }
});

t.test('what predictions do not decide has no resampled score', async (t) => {
  const options = { labels: LABELS, objective: objectiveOf('modelBytes'), multiLabel: false };
  t.equal(startResampledScore([[0], [1]], [[0], [1]], options), null);
});

t.test("a share's standard error and interval are the binomial's", async (t) => {
  const n = 400;
  const right = startResampledMean(Array.from({ length: n }, (_, i) => Number(i < 300)));
  const { standardError, low, high, resamples } = bootstrapScore(right, { rng: createRng(1, 0) })!;
  const want = Math.sqrt((0.75 * 0.25) / n);
  t.equal(resamples, 1000);
  t.ok(Math.abs(standardError - want) < 0.1 * want, `${standardError} is about ${want}`);
  t.ok(Math.abs(low - (0.75 - 1.96 * want)) < 0.006, `${low}`);
  t.ok(Math.abs(high - (0.75 + 1.96 * want)) < 0.006, `${high}`);
});

t.test('the same seed gives the same bootstrap, another seed another', async (t) => {
  const { gold, predicted } = makeCase(2, 100, false);
  const score = startResampledScore(gold, predicted, {
    labels: LABELS,
    objective: objectiveOf('f0.5'),
    multiLabel: false,
  })!;
  const run = (seed: number) => bootstrapScore(score, { rng: createRng(seed, 0), resamples: 200 });
  t.same(run(1), run(1));
  t.not(run(1)!.standardError, run(2)!.standardError);
});

t.test('many documents get fewer resamples', async (t) => {
  const many = startResampledMean(new Float64Array(100_000).fill(1));
  t.match(bootstrapScore(many, { rng: createRng(1, 0) }), {
    resamples: 300,
    standardError: 0,
    low: 1,
    high: 1,
  });
});

t.test('too few documents have no standard error', async (t) => {
  t.equal(bootstrapScore(startResampledMean([]), { rng: createRng(1, 0) }), null);
  t.equal(bootstrapScore(startResampledMean([1]), { rng: createRng(1, 0) }), null);
  const one = startResampledMean([1]);
  t.equal(pairedBootstrap([one, one], 'maximize', { rng: createRng(1, 0) }), null);
});

t.test('two models are compared on the same draws', async (t) => {
  const rng = createRng(1, 0);
  const hard = Array.from({ length: 500 }, () => rng.uniform());
  const base = startResampledMean(hard);
  // Better by a little everywhere: sure, although each score's own interval is far wider than the difference.
  const better = startResampledMean(hard.map((value) => value + 0.001));
  const sure = pairedBootstrap([better, base], 'maximize', { rng: createRng(2, 0) })!;
  t.equal(sure.probabilityBetter, 1);
  t.ok(Math.abs(sure.difference.low - 0.001) < 1e-9 && Math.abs(sure.difference.high - 0.001) < 1e-9);
  t.equal(pairedBootstrap([better, base], 'minimize', { rng: createRng(2, 0) })!.probabilityBetter, 0);
  t.equal(
    pairedBootstrap([base, base], 'maximize', { rng: createRng(2, 0) })!.probabilityBetter,
    0.5,
    'ties',
  );
  // 10 more of 500 right where the models differ on 50: z = 10 / √50, so the chance is near Φ(1.41) = .921.
  const [ours, theirs] = [0, 1].map((k) =>
    startResampledMean(hard.map((_, i) => Number(i < 30 ? k === 0 : i < 50 ? k === 1 : i % 2))),
  );
  const unsure = pairedBootstrap([ours!, theirs!], 'maximize', { rng: createRng(2, 0) })!;
  t.ok(Math.abs(unsure.probabilityBetter - 0.921) < 0.03, `${unsure.probabilityBetter}`);
  t.throws(() => pairedBootstrap([ours!, startResampledMean([1, 2])], 'maximize', { rng }), RangeError);
});

t.test('the statistics of a prediction', async (t) => {
  const { gold, predicted } = makeCase(3, 300, false);
  const options = { labels: [...LABELS, 'never'], objective: objectiveOf('f0.5'), multiLabel: false };
  const statistics = computeStatistics(gold, predicted, options);
  const support = LABELS.map((_, label) => gold.filter((labels) => labels.includes(label)).length);
  t.equal(statistics.documents, 300);
  t.equal(statistics.smallestSupport, Math.min(...support), 'a label that no document has does not count');
  t.equal(statistics.smallestLabel, LABELS[support.indexOf(Math.min(...support))]);
  const value = evaluate(gold, predicted, options)['f0.5']!;
  t.ok(statistics.low! < value && value < statistics.high!);
  t.ok(statistics.standardError! > 0.01 && statistics.standardError! < 0.05, `${statistics.standardError}`);
  t.match(computeStatistics([], [], options), { documents: 0, smallestLabel: null, standardError: null });
});
