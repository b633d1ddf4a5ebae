import t from 'tap';
import { chooseScored, collectPredictions, spreadPositions } from './validation-evidence.ts';

t.test('positions are spread over all documents', async (t) => {
  t.same(spreadPositions(3, 10), [0, 1, 2]);
  t.same(spreadPositions(10, 4), [0, 2, 5, 7]);
  t.equal(chooseScored(5000, 28).length, 5000);
  t.ok(chooseScored(1_000_000, 736).length * 736 <= 2e6);
});

t.test('what is kept of the answers is bounded and has the most probable labels first', async (t) => {
  const n = 30_000;
  const gold = Array.from({ length: n }, (_, i) => [i % 6]);
  const scores = new Float32Array(n * 6).map((_, i) => [0.1, 0.05, 0.4, 0.2, 0.15, 0.1][i % 6]!);
  const kept = collectPredictions(
    gold,
    { metrics: {}, threshold: null, predicted: gold.map(() => [2]) },
    { documents: [...gold.keys()], scores },
    {
      labels: [...'abcdef'],
      objective: { metric: 'f1', average: 'macro', direction: 'maximize', positiveLabel: null },
      multiLabel: false,
      dataSha256: 'abc',
    },
  );
  t.equal(kept.documents, n);
  t.equal(kept.positions.length, 20_000);
  t.same(kept.top[7], [2, 0.4, 3, 0.2, 4, 0.15, 0, 0.1, 5, 0.1]);
  t.same(kept.gold[7], gold[kept.positions[7]!]);
  t.ok(JSON.stringify(kept).length < 2e6);
});
