import t from 'tap';
import { evaluateMajority } from './index.ts';

t.test('the majority baseline answers everything with label 0', async (t) => {
  const objective = {
    metric: 'f1',
    direction: 'maximize',
    average: 'macro',
    positiveLabel: null,
  } as const;
  const options = { labels: ['ham', 'spam'], objective, multiLabel: false };
  const { accuracy, f1 } = evaluateMajority([[0], [0], [0], [1]], options);
  t.equal(accuracy, 0.75);
  // Precision 3/4 and recall 1 for ham, nothing for spam.
  t.ok(Math.abs(f1! - (2 * 0.75) / 1.75 / 2) < 1e-12);
});
