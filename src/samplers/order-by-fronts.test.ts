import t from 'tap';
import { dominates } from '../domain/pareto.ts';
import { createRng } from '../domain/random.ts';
import { orderByFronts } from './order-by-fronts.ts';

t.test('no point comes before one that dominates it, and each has one place', async (t) => {
  for (const objectives of [2, 3, 4]) {
    const rng = createRng(objectives, 1);
    const points = Array.from({ length: 150 }, () =>
      Array.from({ length: objectives }, () => rng.integer(9)),
    );
    const order = orderByFronts(points);
    t.same(
      [...order].sort((a, b) => a - b),
      [...points.keys()],
    );
    order.forEach((i, place) => {
      if (order.slice(place + 1).some((j) => dominates(points[j]!, points[i]!))) t.fail(`${i} is too early`);
    });
  }
});

t.test('the first few of a front stand for all of it', async (t) => {
  // A crowd at one end, one point in the middle, one at the other end.
  const crowd = Array.from({ length: 10 }, (_, i) => [0.001 * i, 1 - 0.001 * i]);
  const points = [...crowd, [0.4, 0.4], [1, 0]];
  const first = orderByFronts(points).slice(0, 3);
  t.equal(first[0], 10, 'the middle dominates most');
  t.ok(first.includes(11), 'then the lonely end');
  t.equal(first.filter((i) => i < 10).length, 1, 'and one for the crowd');
});

t.test('infinite losses and equal points are survived', async (t) => {
  const points = [
    [0, Infinity],
    [-Infinity, 5],
    [1, 1],
    [1, 1],
  ];
  t.same([...orderByFronts(points)].sort(), [0, 1, 2, 3]);
  t.same(orderByFronts([]), []);
});
