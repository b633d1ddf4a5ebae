import t from 'tap';
import { createRng } from '../domain/random.ts';
import { downsample, oversample } from './resample.ts';

const labels = [...Array(80).fill([0]), ...Array(20).fill([1]), ...Array(5).fill([2]), []];
const timesOf = (order: Int32Array, first: number, last: number): number =>
  order.filter((document) => document >= first && document < last).length;

t.test('strength 0 leaves every document once', async (t) => {
  const order = oversample(labels, { strength: 0, rng: createRng(1, 0) });
  t.same([...order], [...labels.keys()]);
});

t.test('strength 1 makes every label as frequent as the most frequent one', async (t) => {
  const order = oversample(labels, { strength: 1, rng: createRng(1, 0) });
  t.equal(timesOf(order, 0, 80), 80);
  t.equal(timesOf(order, 80, 100), 80);
  t.equal(timesOf(order, 100, 105), 80);
  t.equal(timesOf(order, 105, 106), 1, 'no label, once');
});

t.test('strength ½ repeats by the root of the ratio, fractions by lot', async (t) => {
  const total = [...Array(50).keys()].reduce(
    (sum, number) =>
      sum + timesOf(oversample([[1], [0], [0]], { strength: 0.5, rng: createRng(7, number) }), 0, 1),
    0,
  );
  t.ok(total > 50 && total < 100, `√2 times each on average: ${total / 50}`);
  t.equal(timesOf(oversample(labels, { strength: 0.5, rng: createRng(1, 0) }), 80, 100), 40);
});

t.test('a document of several labels goes by its rarest', async (t) => {
  const several = [[0], [0], [0], [0, 1]];
  const order = oversample(several, { strength: 1, rng: createRng(1, 0) });
  t.equal(timesOf(order, 3, 4), 4);
});

t.test('no documents, no order', async (t) => {
  t.equal(oversample([], { strength: 1, rng: createRng(1, 0) }).length, 0);
});

t.test('left out are documents of frequent labels only, as many as the ratio says', async (t) => {
  const labels = Array.from({ length: 100 }, (_, i) => [i < 4 ? 2 : i < 20 ? 1 : 0]);
  const counts = (ratio: number, least: number): number[] => {
    const kept = downsample(labels, { ratio, least, rng: createRng(1, 0) });
    t.same(kept, Int32Array.from(kept).sort());
    return [0, 1, 2].map((label) => [...kept].filter((i) => labels[i]![0] === label).length);
  };
  t.same(counts(1, 1), [4, 4, 4]);
  t.same(counts(2, 1), [8, 8, 4]);
  t.same(counts(1, 10), [10, 10, 4]);
  t.same(counts(1000, 1), [80, 16, 4]);
});

t.test('of several labels a document the rarest one decides; no label is one too', async (t) => {
  const labels = [[0, 1], [0], [0], [0], [], [], []];
  const kept = downsample(labels, { ratio: 1, least: 1, rng: createRng(2, 0) });
  t.ok(kept.includes(0) || [...kept].some((i) => labels[i]!.length === 2));
  t.equal([...kept].filter((i) => labels[i]!.length === 0).length, 1);
  t.ok(kept.length <= 3);
});
