import t from 'tap';
import { UsageError } from '../domain/errors.ts';
import type { Objective } from '../domain/objective.ts';
import { evaluate } from './index.ts';

const objective = (patch: Partial<Objective>): Objective => ({
  metric: 'f0.5',
  direction: 'maximize',
  average: 'macro',
  positiveLabel: null,
  ...patch,
});
const gold = [[0], [1], [1], [1], [-1]];
const predicted = [[0], [1], [0], [1], [2]];
const labels = ['spam', 'ham', 'never seen in valid'];

t.test('the objective decides how f…, precision and recall are averaged', async (t) => {
  const binary = evaluate(gold, predicted, {
    labels,
    multiLabel: false,
    objective: objective({ metric: 'f3', average: 'binary', positiveLabel: 'spam' }),
  });
  t.same([binary['precision'], binary['recall']], [0.5, 1]);
  t.equal(binary['f3'], (10 * 1) / (9 * 1 + 2), 'its own β is there');
  t.equal(binary['f0.5'], 1.25 / 2.25);
  const micro = evaluate(gold, predicted, {
    labels,
    multiLabel: false,
    objective: objective({ average: 'micro' }),
  });
  t.equal(micro['f1'], 0.6);
  t.equal(micro['f1'], micro['accuracy'], 'one label a line: micro F1 is accuracy');
});

t.test('macro averages run over the labels with gold support', async (t) => {
  const metrics = evaluate(gold, predicted, { labels, multiLabel: false, objective: objective({}) });
  t.equal(metrics['macroLabels'], 2);
  t.equal(metrics['macroF1'], (2 / 3 + 0.8) / 2);
  t.equal(metrics['f1'], metrics['macroF1']);
  t.equal(metrics['recall'], (1 + 2 / 3) / 2);
  t.equal(metrics['accuracy'], 0.6, 'the unknown label is a miss');
  t.equal(metrics['weightedRecall'], 0.6, 'here too');
  t.type(metrics['mcc'], 'number');
});

t.test('several labels a document: no Matthews coefficient, but samples F1', async (t) => {
  const metrics = evaluate([[0, 1], [1]], [[0], [1]], {
    labels: ['a', 'b'],
    multiLabel: true,
    objective: objective({ average: 'samples', metric: 'f1' }),
  });
  t.notOk('mcc' in metrics);
  t.equal(metrics['samplesF1'], (2 / 3 + 1) / 2);
  t.equal(metrics['f1'], metrics['samplesF1']);
  t.equal(metrics['accuracy'], 0.5);
});

t.test('a positive label that training lacks is a usage error', async (t) => {
  const binary = objective({ average: 'binary', positiveLabel: 'sapm' });
  t.throws(() => evaluate(gold, predicted, { labels, multiLabel: false, objective: binary }), UsageError);
});
