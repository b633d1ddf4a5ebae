import t from 'tap';
import { largestConfusions } from './index.ts';

t.test('the largest confusions come first', async (t) => {
  const gold = [[0], [0], [0], [1], [2], [-1]];
  const predicted = [[1], [1], [0], [0], [], [0]];
  t.same(largestConfusions(gold, predicted, ['a', 'b', 'c'], 5), [
    { gold: 'a', predicted: 'b', count: 2 },
    { gold: 'b', predicted: 'a', count: 1 },
  ]);
  t.equal(largestConfusions(gold, predicted, ['a', 'b', 'c'], 1).length, 1);
});

t.test('of several labels a missed one stands against what was wrongly given', async (t) => {
  t.same(largestConfusions([[0, 1]], [[1, 2]], ['a', 'b', 'c'], 5), [
    { gold: 'a', predicted: 'c', count: 1 },
  ]);
});
