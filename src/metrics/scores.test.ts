import t, { type Test } from 'tap';
import { UsageError } from '../domain/errors.ts';
import {
  accuracy,
  averagePrecision,
  confusionMatrix,
  labelReport,
  logLoss,
  macroAveragePrecision,
  matthews,
  multiLabelLogLoss,
  precisionRecallFBeta,
  scoreLabels,
} from './index.ts';

const single = (labels: readonly number[]): number[][] => labels.map((label) => [label]);
const near = (t: Pick<Test, 'ok'>, got: number, want: number, name?: string): boolean =>
  t.ok(Math.abs(got - want) < 1e-12, name ?? `${got} is ${want}`);

// a b c a b c a a d c against a b a a c c b a a c, with a…d as 0…3.
const gold = single([0, 1, 2, 0, 1, 2, 0, 0, 3, 2]);
const predicted = single([0, 1, 0, 0, 2, 2, 1, 0, 0, 2]);

t.test('averages equal the values that scikit-learn gives', async (t) => {
  const expected = [
    ['micro', 0.5, 0.6, 0.6, 0.6],
    ['macro', 0.5, 0.44166666666666665, 0.47916666666666663, 0.44791666666666663],
    ['macro', 1, 0.44166666666666665, 0.47916666666666663, 0.45833333333333326],
    ['weighted', 0.5, 0.54, 0.6, 0.55],
    ['samples', 1, 0.6, 0.6, 0.6],
  ] as const;
  for (const [average, beta, precision, recall, fBeta] of expected) {
    const scores = precisionRecallFBeta(gold, predicted, average, { nLabels: 4, beta });
    near(t, scores.precision, precision, `${average} precision`);
    near(t, scores.recall, recall, `${average} recall`);
    near(t, scores.fBeta, fBeta, `${average} F${beta}`);
  }
});

t.test('binary scores are those of the positive label', async (t) => {
  const [gold, predicted] = [single([1, 1, 1, 0, 0, 0, 1, 0, 1, 0]), single([1, 0, 1, 0, 1, 0, 1, 0, 0, 0])];
  const of = (positive: number, beta: number): number =>
    precisionRecallFBeta(gold, predicted, 'binary', { nLabels: 2, positive, beta }).fBeta;
  near(t, of(1, 0.5), 0.7142857142857143);
  near(t, of(0, 0.5), 0.689655172413793);
  near(t, of(1, 0), 0.75, 'β 0 is precision');
  near(t, of(1, Number.POSITIVE_INFINITY), 0.6, 'β ∞ is recall');
  t.throws(() => of(1, -1), UsageError);
  t.throws(() => precisionRecallFBeta(gold, predicted, 'binary', { nLabels: 2 }), UsageError);
});

t.test('a subset of the labels leaves the others out of the micro average', async (t) => {
  const scores = precisionRecallFBeta(gold, predicted, 'micro', { nLabels: 4, subset: [0, 1], beta: 0.5 });
  near(t, scores.fBeta, 0.588235294117647);
});

t.test('a ratio without a denominator is 0, 1 or left out', async (t) => {
  const of = (zeroDivision: number): number =>
    precisionRecallFBeta(gold, predicted, 'macro', { nLabels: 5, zeroDivision, beta: 0.5 }).precision;
  near(t, of(0), 0.35333333333333333);
  near(t, of(1), 0.7533333333333333);
  near(t, of(Number.NaN), (0.6 + 0.5 + 2 / 3) / 3, 'd and the absent e have no precision');
  t.same(
    precisionRecallFBeta([], [], 'macro', { nLabels: 0 }).fBeta,
    Number.NaN,
    'nothing at all has no mean',
  );
  const none = precisionRecallFBeta([[], []], [[], []], 'weighted', { nLabels: 2, zeroDivision: 1 });
  t.equal(none.fBeta, 1, 'weights that are all zero are ignored');
});

t.test('documents count by their weight', async (t) => {
  const sampleWeight = [1, 2, 0.5, 3];
  const scores = precisionRecallFBeta(single([0, 1, 1, 2]), single([0, 1, 2, 2]), 'macro', {
    nLabels: 3,
    beta: 0.5,
    sampleWeight,
  });
  near(t, scores.precision, 0.9523809523809524);
  near(t, scores.fBeta, 0.9449112978524744);
  near(t, accuracy(single([0, 1, 1, 2]), single([0, 1, 2, 2]), sampleWeight), 6 / 6.5);
});

t.test('several labels a document', async (t) => {
  const gold = [[0, 1], [1], [], [2, 0], [3]];
  const predicted = [[0], [1, 2], [], [2, 0], []];
  const of = (average: 'micro' | 'macro' | 'weighted' | 'samples', zeroDivision = 0): number =>
    precisionRecallFBeta(gold, predicted, average, { nLabels: 4, beta: 0.5, zeroDivision }).fBeta;
  near(t, of('micro'), 0.7692307692307692);
  near(t, of('macro'), 0.5972222222222223);
  near(t, of('weighted'), 0.7037037037037037);
  near(t, of('samples'), 0.47777777777777775);
  near(t, of('samples', 1), 0.6777777777777778);
  t.same(
    scoreLabels(gold, predicted, { nLabels: 4 }).map((row) => [row.precision, row.recall, row.support]),
    [
      [1, 1, 2],
      [1, 0.5, 2],
      [0.5, 1, 1],
      [0, 0, 1],
    ],
  );
  near(t, accuracy(gold, predicted), 2 / 5, 'only whole sets are right');
});

t.test('a gold label that training did not know is a miss', async (t) => {
  const scores = (average: 'micro' | 'weighted' | 'samples'): number =>
    precisionRecallFBeta([[0], [-1]], [[0], [0]], average, { nLabels: 1 }).recall;
  for (const average of ['micro', 'weighted', 'samples'] as const) t.equal(scores(average), 0.5, average);
  t.equal(accuracy([[0], [-1]], [[0], [0]]), 0.5);
  t.equal(matthews([[0], [-1]], [[0], [0]], 1), 0, 'the unknown label is a class of its own');
});

t.test('the Matthews coefficient', async (t) => {
  const binary = matthews(single([1, 1, 1, 0]), single([1, 0, 1, 1]), 2);
  near(t, binary, -1 / 3);
  // c·s − Σ tₖpₖ = 24 − 15 over √((36 − 18)(36 − 14)).
  near(t, matthews(single([2, 0, 2, 2, 0, 1]), single([0, 0, 2, 2, 0, 2]), 3), 9 / Math.sqrt(18 * 22));
  t.equal(matthews(single([0, 1, 2]), single([0, 1, 2]), 3), 1);
  t.equal(matthews(single([0, 0]), single([0, 1]), 2), 0, 'undefined: one gold class');
  t.equal(matthews(single([0, 1]), [[0], []], 2), 0.5, 'no prediction is a wrong one');
});

t.test('the confusion matrix has a row a gold label', async (t) => {
  t.same(confusionMatrix([2, 0, 2, 2, 0, 1], [0, 0, 2, 2, 0, 2], 3), [
    [2, 0, 0],
    [0, 0, 1],
    [1, 0, 2],
  ]);
  t.same(confusionMatrix([-1, 0], [0, 0], 1, [5, 0.5]), [[0.5]], 'weights count, unknown labels do not');
});

t.test('the label report tells how each label is found', async (t) => {
  t.same(labelReport([[0], [0], [1]], [[0], [1], [1]], ['spam', 'ham']), [
    { label: 'spam', precision: 1, recall: 0.5, f1: 2 / 3, 'f0.5': 0.625 / 0.75, support: 2, predicted: 1 },
    { label: 'ham', precision: 0.5, recall: 1, f1: 2 / 3, 'f0.5': 0.625 / 1.125, support: 1, predicted: 2 },
  ]);
});

t.test('average precision is the area under the precision-recall curve', async (t) => {
  const scores = Float32Array.of(0.1, 0.4, 0.35, 0.8);
  near(t, averagePrecision([[], [], [0], [0]], scores, 1)[0]!, 0.5 * 1 + 0.5 * (2 / 3));
  near(t, averagePrecision([[0], []], Float32Array.of(0.5, 0.5), 1)[0]!, 0.5, 'ties count at once');
  const two = averagePrecision([[0], []], Float32Array.of(0.9, 0.1, 0.2, 0.3), 2);
  t.same([...two], [1, Number.NaN]);
  t.equal(macroAveragePrecision([[0], []], Float32Array.of(0.9, 0.1, 0.2, 0.3), 2), 1);
});

t.test('log-loss', async (t) => {
  const rows = Float32Array.of(0.1, 0.9, 0.9, 0.1, 0.8, 0.2, 0.35, 0.65);
  const loss = logLoss(single([1, 0, 0, 1]), rows, 2);
  const want = -(Math.log(0.9) + Math.log(0.9) + Math.log(0.8) + Math.log(0.65)) / 4;
  t.ok(Math.abs(loss - want) < 1e-6);
  t.ok(logLoss([[-1]], rows, 2) > 30, 'an unknown label costs the most');
  const multi = multiLabelLogLoss([[0, 1]], Float32Array.of(0.5, 0.25), 2);
  near(t, multi, (Math.log(2) + Math.log(4)) / 2);
});
