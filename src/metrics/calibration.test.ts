import t, { type Test } from 'tap';
import { createRng } from '../domain/random.ts';
import {
  brierScore,
  calibrationError,
  computeStatistics,
  fitTemperature,
  judgeProbabilities,
  listForecasts,
  logLoss,
  scaleScores,
  toLogits,
  tuneBinaryThreshold,
} from './index.ts';

const near = (t: Test, got: number, want: number, tolerance = 1e-6): boolean =>
  t.ok(Math.abs(got - want) < tolerance, `${got} is ${want}`);

// Expected numbers: scikit-learn 1.2.1's log_loss and brier_score_loss, SciPy's minimize_scalar on its log_loss.
const SCORES = Float32Array.of(
  ...[0.7, 0.2, 0.1, 0.1, 0.8, 0.1, 0.3, 0.3, 0.4, 0.05, 0.9, 0.05],
  ...[0.6, 0.3, 0.1, 0.2, 0.2, 0.6, 0.34, 0.33, 0.33, 0.9, 0.05, 0.05],
);
const GOLD = [[0], [1], [0], [1], [1], [2], [2], [0]];
const PAIRS = Float32Array.of(0.9, 0.8, 0.3, 0.6, 0.2, 0.55, 0.05, 0.4);
const PRESENT = [[0], [0], [], [], [], [0], [], [0]];

t.test('calibration error is the mean gap between promised and kept, over 15 bins', async (t) => {
  near(t, calibrationError(listForecasts(GOLD, SCORES, 3, false)), 0.205);
  const sure = { probabilities: Float64Array.of(1, 1, 0, 0.5), outcomes: Uint8Array.of(1, 1, 0, 1) };
  near(t, calibrationError(sure), 0.125, 1e-12);
  const half = { probabilities: Float64Array.of(0.5, 0.5), outcomes: Uint8Array.of(1, 0) };
  t.equal(calibrationError(half), 0, 'half of the halves came true');
});

t.test('the Brier score', async (t) => {
  near(t, brierScore(GOLD, SCORES, 3, false), 0.34292499982);
  near(t, brierScore(PRESENT, PAIRS, 1, true), 0.13812500239);
  near(t, brierScore([[-1]], Float32Array.of(1, 0), 2, false), 1, 1e-12);
});

t.test('the temperature is that of least log-loss', async (t) => {
  const scored = { gold: GOLD, logits: toLogits(SCORES, false), nLabels: 3, multiLabel: false };
  const temperature = fitTemperature(scored);
  near(t, temperature, 0.57714819, 1e-4);
  near(
    t,
    logLoss(
      GOLD,
      scaleScores(scored, () => temperature),
      3,
    ),
    0.5483345055,
  );
  near(
    t,
    logLoss(
      GOLD,
      scaleScores(scored, () => 1),
      3,
    ),
    0.602246671,
    1e-6,
  );
  const pairs = { gold: PRESENT, logits: toLogits(PAIRS, true), nLabels: 1, multiLabel: true };
  near(t, fitTemperature(pairs), 0.57967557, 1e-4);
});

t.test('a temperature undoes the one that logits were multiplied by', async (t) => {
  const rng = createRng(1, 0);
  const rows = 4000;
  const logits = Float32Array.from({ length: rows * 4 }, () => 2 * rng.normal());
  const scored = { gold: new Array<number[]>(rows).fill([]), logits, nLabels: 4, multiLabel: false };
  const honest = scaleScores(scored, () => 1);
  const gold = Array.from({ length: rows }, (_, row) => {
    const draw = rng.uniform();
    const sums = [1, 2, 3].map((n) => honest.subarray(row * 4, row * 4 + n).reduce((a, b) => a + b, 0));
    return [sums.filter((sum) => sum < draw).length];
  });
  const bold = { ...scored, gold, logits: logits.map((z) => 3 * z) };
  near(t, fitTemperature(bold), 3, 0.2);
  const scores = scaleScores(bold, () => 1);
  const options = {
    labels: ['a', 'b', 'c', 'd'],
    objective: { metric: 'f1', average: 'macro', direction: 'maximize', positiveLabel: null },
    multiLabel: false,
  } as const;
  const quality = judgeProbabilities(gold, scores, options);
  t.ok(quality.ece! > 0.1 && quality.scaledEce! < 0.03, `${quality.ece} → ${quality.scaledEce}`);
  t.ok(quality.scaledLogLoss! < quality.logLoss!);
  t.equal(quality.f1Threshold, null, 'the top label needs no threshold');
});

t.test('perfect, absent and unknown labels leave the temperature finite', async (t) => {
  const logits = toLogits(Float32Array.of(1, 0, 0, 1), false);
  for (const gold of [
    [[0], [1]],
    [[], []],
    [[-1], [-1]],
    [[1], [0]],
  ]) {
    const temperature = fitTemperature({ gold, logits, nLabels: 2, multiLabel: false });
    t.ok(temperature >= 0.019 && temperature <= 51, `${temperature}`);
  }
});

t.test('the threshold of best F1 lies halfway to the next score', async (t) => {
  const best = tuneBinaryThreshold(PRESENT, PAIRS, { nLabels: 1, positive: 0 })!;
  near(t, best.value, 0.8888888889);
  near(t, best.threshold, 0.35);
  t.equal(tuneBinaryThreshold([[], []], Float32Array.of(0.1, 0.2), { nLabels: 1, positive: 0 }), null);
  const tied = tuneBinaryThreshold([[0], []], Float32Array.of(0.5, 0.5), { nLabels: 1, positive: 0 })!;
  near(t, tied.value, 2 / 3);
});

t.test('a binary objective has the area and the F1 threshold of its label', async (t) => {
  const scores = [...PAIRS].flatMap((p) => [1 - p, p]);
  const gold = PRESENT.map((labels) => [labels.length]);
  const predicted = gold.map((_, i) => [Number(PAIRS[i]! > 0.5)]);
  const statistics = computeStatistics(
    gold,
    predicted,
    {
      labels: ['ham', 'spam'],
      objective: { metric: 'f0.5', average: 'binary', direction: 'maximize', positiveLabel: 'spam' },
      multiLabel: false,
    },
    { documents: [...gold.keys()], scores: Float32Array.from(scores) },
  );
  near(t, statistics.prAuc!, 0.8875);
  near(t, statistics.f1AtThreshold!, 0.8888888889);
  t.equal(statistics.scoredDocuments, 8);
});
