import t from 'tap';
import { AVERAGES, type Objective } from '../domain/objective.ts';
import { createRng } from '../domain/random.ts';
import { evaluate, type LabelSets, tuneThreshold } from './index.ts';

const objectiveOf = (metric: string, average: Objective['average']): Objective => ({
  metric,
  average,
  direction: 'maximize',
  positiveLabel: average === 'binary' ? 'l1' : null,
});

/** What a predictor does with a tuned threshold. */
function decide(scores: Float32Array, nLabels: number, threshold: number): number[][] {
  return Array.from({ length: scores.length / nLabels }, (_, document) => {
    const row = [...scores.subarray(document * nLabels, (document + 1) * nLabels)];
    const top = row.indexOf(Math.max(...row));
    return [...row.keys()].filter((label) => label === top || row[label]! >= threshold);
  });
}

/** Scores of a middling classifier, coarse enough for many ties; some gold labels are unknown. */
function makeCase(
  seed: number,
  nDocuments: number,
  nLabels: number,
): { gold: LabelSets; scores: Float32Array } {
  const rng = createRng(seed, 0);
  const scores = new Float32Array(nDocuments * nLabels);
  const gold = Array.from({ length: nDocuments }, (_, document) => {
    const labels = new Set<number>([rng.integer(nLabels + 1) - 1]);
    if (rng.uniform() < 0.5) labels.add(rng.integer(nLabels));
    for (let label = 0; label < nLabels; label++) {
      const score = 0.3 * rng.uniform() + (labels.has(label) ? 0.5 * rng.uniform() : 0);
      scores[document * nLabels + label] = Math.round(score * 50) / 50;
    }
    return [...labels];
  });
  return { gold, scores };
}

t.test('no threshold of a fine grid beats the tuned one, for any average', async (t) => {
  const labels = ['l0', 'l1', 'l2', 'l3', 'l4'];
  for (const average of AVERAGES) {
    for (const [i, metric] of ['f0.5', 'f1', 'f2', 'precision', 'recall', 'accuracy'].entries()) {
      const objective = objectiveOf(metric, average);
      const { gold, scores } = makeCase(i, 60, labels.length);
      const valueAt = (threshold: number): number =>
        evaluate(gold, decide(scores, labels.length, threshold), { labels, objective, multiLabel: true })[
          metric
        ]!;
      const { threshold, value } = tuneThreshold(gold, scores, { labels, objective });
      const grid = Math.max(...Array.from({ length: 99 }, (_, k) => valueAt((k + 1.5) / 100)));
      const name = `${average} ${metric} at ${threshold}: ${value}`;
      t.ok(Math.abs(valueAt(threshold) - value) < 1e-9, `${name} is what the threshold gives`);
      t.ok(value >= grid - 1e-9, `${name} is no worse than the grid's ${grid}`);
    }
  }
});

t.test('the top label is predicted however low it scores', async (t) => {
  const objective = objectiveOf('f1', 'micro');
  const { value } = tuneThreshold([[0], [1]], Float32Array.of(0.002, 0.001, 0.001, 0.002), {
    labels: ['a', 'b'],
    objective,
  });
  t.equal(value, 1);
});

t.test('the threshold stays at or above the floor and parts the scores halfway', async (t) => {
  const objective = objectiveOf('f1', 'micro');
  const options = { labels: ['a', 'b', 'c'], objective };
  const tuned = tuneThreshold([[0, 1]], Float32Array.of(0.9, 0.5, 0.25), options);
  t.same(tuned, { threshold: 0.375, value: 1 });
  const all = tuneThreshold([[0, 1, 2]], Float32Array.of(0.9, 0.02, 0.005), options);
  t.ok(all.threshold >= 0.01 && all.threshold <= 0.02, `${all.threshold}`);
  const low = tuneThreshold([[0, 1, 2]], Float32Array.of(0.9, 0.02, 0.005), { ...options, floor: 0.001 });
  t.equal(low.value, 1);
  const alone = tuneThreshold([[0]], Float32Array.of(1, 1, 1), options);
  t.ok(alone.threshold > 1, 'only the top label, although all score 1');
});

t.test('what predictions do not decide is tuned by F1', async (t) => {
  const { gold, scores } = makeCase(1, 40, 4);
  const labels = ['a', 'b', 'c', 'd'];
  t.same(
    tuneThreshold(gold, scores, { labels, objective: objectiveOf('modelBytes', 'micro') }),
    tuneThreshold(gold, scores, { labels, objective: objectiveOf('f1', 'micro') }),
  );
});

t.test('NaN scores and empty sets are survived', async (t) => {
  const options = { labels: ['a', 'b'], objective: objectiveOf('f1', 'macro') };
  t.equal(tuneThreshold([[1]], Float32Array.of(Number.NaN, 0.5), options).value, 1);
  t.ok(tuneThreshold([], new Float32Array(0), options).threshold > 0);
});
