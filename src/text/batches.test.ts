import t from 'tap';
import { createRng } from '../domain/random.ts';
import { fillBatch, planEpoch, planReading } from './batches.ts';
import { chooseBuckets } from './length-buckets.ts';

const rng = createRng(3, 0, 'lengths');
/** Mostly short, with a long tail. */
const LENGTHS = Int32Array.from({ length: 500 }, () => 1 + Math.floor(60 * rng.uniform() ** 3));

const totalOf = (lengths: ArrayLike<number>, buckets: readonly number[]): number =>
  Array.from(lengths).reduce((sum, length) => sum + buckets.find((size) => size >= length)!, 0);

t.test('no other choice of as many lengths fills up less', async (t) => {
  const buckets = chooseBuckets(LENGTHS, { count: 3, multiple: 4 });
  const longest = Math.max(...LENGTHS);
  t.equal(buckets.length, 3);
  t.equal(buckets.at(-1), longest);
  const found = totalOf(LENGTHS, buckets);
  const others: number[] = [];
  for (let a = 4; a < longest; a += 4) {
    for (let b = a + 4; b < longest; b += 4) others.push(totalOf(LENGTHS, [a, b, longest]));
  }
  t.ok(others.length > 50);
  t.equal(found, Math.min(...others));
  t.ok(found < 0.5 * LENGTHS.length * longest, 'which is far less than one length would');
});

t.test('texts that are all of a length need one bucket', async (t) => {
  t.same(chooseBuckets([1], { count: 4, multiple: 8 }), [1]);
  t.same(chooseBuckets([5, 5, 5], { count: 4, multiple: 8 }), [5]);
  t.same(chooseBuckets([3, 17, 17], { count: 4, multiple: 8 }), [8, 17]);
});

const buckets = chooseBuckets(LENGTHS, { count: 3, multiple: 4 });
const options = { lengths: LENGTHS, buckets, batchSize: 32 };
const texts = [...LENGTHS.keys()].filter((i) => i % 3 > 0);

t.test('an epoch has every text once, in batches that are full but for the last', async (t) => {
  const batches = planEpoch(texts, options, createRng(1, 1));
  t.same(
    batches.flatMap((batch) => batch.texts).sort((a, b) => a - b),
    texts,
  );
  t.equal(batches.length, Math.ceil(texts.length / 32));
  t.ok(batches.filter((batch) => batch.texts.length < 32).length <= 1);
  t.ok(batches.every((batch) => batch.texts.every((text) => LENGTHS[text]! <= batch.length)));
  t.ok(new Set(batches.map(({ length }) => length)).size <= 3);
});

t.test('the same seed gives the same epoch, another another', async (t) => {
  const plan = (number: number) => planEpoch(texts, options, createRng(1, number));
  t.same(plan(1), plan(1));
  t.notSame(plan(1), plan(2));
});

t.test('a batch larger than the data is one short batch', async (t) => {
  const batches = planEpoch([4, 9], { ...options, batchSize: 1000 }, createRng(1, 1));
  t.equal(batches.length, 1);
  t.same([...batches[0]!.texts].sort(), [4, 9]);
  t.same(planEpoch([], options, createRng(1, 1)), []);
});

t.test('reading goes by length, and cuts what is longer than any bucket', async (t) => {
  const batches = planReading(texts, { ...options, batchSize: 50 });
  const order = batches.flatMap((batch) => batch.texts);
  t.same(
    order.toSorted((a, b) => a - b),
    texts,
  );
  t.ok(batches.every((batch, i) => i === 0 || batch.length >= batches[i - 1]!.length));
  t.same(planReading([0], { lengths: [99], buckets: [4], batchSize: 2 }), [{ length: 4, texts: [0] }]);
});

t.test('a batch is laid out by time or by text, with its mask, lengths and weights', async (t) => {
  const rows = { ids: Int32Array.of(7, 8, 9, 5), offsets: Int32Array.of(0, 3, 4) };
  const plan = { length: 3, texts: [0, 1] };
  const byTime = fillBatch(rows, plan, { rows: 3, padding: 0, major: 'time' });
  t.same(byTime.ids, Int32Array.of(7, 5, 0, 8, 0, 0, 9, 0, 0));
  t.same(byTime.mask, Float32Array.of(1, 1, 1, 1, 0, 0, 1, 0, 0));
  const byText = fillBatch(rows, plan, { rows: 3, padding: 0, major: 'text' });
  t.same(byText.ids, Int32Array.of(7, 8, 9, 5, 0, 0, 0, 0, 0));
  t.same(byText.mask, Float32Array.of(1, 1, 1, 1, 0, 0, 1, 0, 0));
  for (const batch of [byTime, byText]) {
    t.same(batch.lengths, Int32Array.of(3, 1, 1));
    t.same(batch.weights, Float32Array.of(1, 1, 0));
  }
  const cut = fillBatch(rows, { length: 2, texts: [0] }, { rows: 1, padding: 0, major: 'time' });
  t.same([cut.ids, cut.lengths], [Int32Array.of(7, 8), Int32Array.of(2)]);
});
