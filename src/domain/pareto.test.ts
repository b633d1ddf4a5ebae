import t from 'tap';
import { crowdingDistances, dominates, findNonDominated, type Point, sortNonDominated } from './pareto.ts';
import { createRng } from './random.ts';

/** Coarse coordinates, so that equal values and equal points turn up. */
function drawPoints(n: number, objectives: number, seed: number): Point[] {
  const rng = createRng(seed, n, 'pareto');
  return Array.from({ length: n }, () => Array.from({ length: objectives }, () => rng.integer(12)));
}

t.test('a point dominates when it is nowhere worse and somewhere better', async (t) => {
  t.ok(dominates([1, 2], [1, 3]));
  t.notOk(dominates([1, 2], [1, 2]));
  t.notOk(dominates([1, 3], [2, 2]));
  t.ok(dominates([1, Number.NEGATIVE_INFINITY], [1, 0]));
});

t.test('fronts are what the definition says, peeled off one by one', async (t) => {
  for (const objectives of [1, 2, 3, 4])
    for (const n of [0, 1, 7, 60]) {
      const points = drawPoints(n, objectives, objectives);
      const fronts = sortNonDominated(points);
      let left = points.map((_, i) => i);
      for (const front of fronts) {
        const isFree = (i: number) => !left.some((j) => dominates(points[j]!, points[i]!));
        t.same(front, left.filter(isFree), `${objectives} objectives, ${n} points`);
        left = left.filter((i) => !front.includes(i));
      }
      t.same(left, [], 'every point is in a front');
      t.same(findNonDominated(points), fronts[0] ?? []);
    }
});

t.test('the order of the points changes no front', async (t) => {
  const points = drawPoints(80, 3, 5);
  const shuffled = createRng(1, 1).permutation(80);
  const ranks = (fronts: number[][], nameOf: (i: number) => number) =>
    fronts.map((front) => front.map(nameOf).sort((a, b) => a - b));
  t.same(
    ranks(sortNonDominated(shuffled.map((i) => points[i]!)), (k) => shuffled[k]!),
    ranks(sortNonDominated(points), (i) => i),
  );
});

t.test('ten thousand points are sorted while a person waits', async (t) => {
  const rng = createRng(3, 3);
  const points = Array.from({ length: 10_000 }, () => [rng.uniform(), rng.uniform()]);
  const fronts = sortNonDominated(points);
  t.equal(fronts.flat().length, 10_000);
  t.ok(fronts[0]!.length < 100);
});

t.test('crowding is the distance between the neighbours, infinite at the ends', async (t) => {
  const distances = crowdingDistances([
    [0, 4],
    [1, 2],
    [4, 0],
    [3, 1],
  ]);
  t.same(distances, [Infinity, 3 / 4 + 3 / 4, Infinity, 3 / 4 + 2 / 4]);
  t.same(crowdingDistances([]), []);
  t.same(crowdingDistances([[1, 1]]), [Infinity]);
  t.ok(
    crowdingDistances([
      [0, Infinity],
      [1, 2],
      [2, 1],
      [3, 0],
    ]).every((d) => !Number.isNaN(d)),
  );
});
