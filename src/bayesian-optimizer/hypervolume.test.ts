import t from 'tap';
import { exclusiveHypervolume, hypervolume } from './hypervolume.ts';

/** A stream of its own (a linear congruence), for this folder imports nothing. */
function createUniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const close = (t: Tap, found: number, wanted: number, tolerance = 1e-12) =>
  t.ok(Math.abs(found - wanted) <= tolerance * Math.max(1, Math.abs(wanted)), `${found} is ${wanted}`);
type Tap = Pick<typeof t, 'ok'>;

t.test('one point has its box, in any number of objectives', async (t) => {
  close(t, hypervolume([[2]], [5]), 3);
  close(t, hypervolume([[1, 1]], [3, 4]), 6);
  close(t, hypervolume([[0, 0, 0]], [2, 3, 4]), 24);
  close(t, hypervolume([[0, 0, 0, 0, 0]], [1, 2, 3, 4, 5]), 120);
});

t.test('two points count what both dominate once', async (t) => {
  close(
    t,
    hypervolume(
      [
        [1, 2],
        [2, 1],
      ],
      [3, 3],
    ),
    3,
  );
  close(
    t,
    hypervolume(
      [
        [0, 1, 0],
        [1, 0, 0],
      ],
      [2, 2, 1],
    ),
    3,
  );
  close(
    t,
    hypervolume(
      [
        [0, 1, 0, 0],
        [1, 0, 0, 0],
      ],
      [2, 2, 1, 1],
    ),
    3,
  );
});

t.test('dominated, equal and too bad points add nothing', async (t) => {
  for (const d of [2, 3, 4]) {
    const reference = new Array<number>(d).fill(4);
    const point = new Array<number>(d).fill(1);
    const others = [point, point.map((x) => x + 1), point.map((x) => x + 9), [...reference]];
    close(t, hypervolume([point, ...others], reference), 3 ** d);
  }
  t.equal(hypervolume([], [1, 1]), 0);
  t.equal(hypervolume([[Infinity, 0]], [1, 1]), 0);
  t.throws(() => hypervolume([[1, 2, 3]], [1, 1]), RangeError);
});

t.test('a fine staircase comes to the area under its curve', async (t) => {
  // f2 = 1 − √f1, the front of ZDT1: ∫(1 − f2) = 2/3 of the unit square is dominated.
  const n = 4000;
  const front = Array.from({ length: n + 1 }, (_, i) => [i / n, 1 - Math.sqrt(i / n)]);
  close(t, hypervolume(front, [1, 1]), 2 / 3, 1e-3);
});

t.test('a grid on the plane x + y + z = n dominates the cells above it', async (t) => {
  const n = 12;
  const plane = [];
  for (let i = 0; i <= n; i++) for (let j = 0; j <= n - i; j++) plane.push([i, j, n - i - j]);
  // Of the n³ cells those with x + y + z < n are not dominated: C(n + 2, 3) of them.
  close(t, hypervolume(plane, [n, n, n]), n ** 3 - (n * (n + 1) * (n + 2)) / 6);
});

t.test(
  'slices, sweeps and WFG agree: a third and fourth coordinate that is constant only scales',
  async (t) => {
    const uniform = createUniform(7);
    for (let round = 0; round < 20; round++) {
      const flat = Array.from({ length: 1 + (round % 12) }, () => [uniform(), uniform()]);
      const area = hypervolume(flat, [1, 1]);
      close(
        t,
        hypervolume(
          flat.map((p) => [...p, 0.5]),
          [1, 1, 2.5],
        ),
        2 * area,
      );
      close(
        t,
        hypervolume(
          flat.map((p) => [0.5, ...p, 0.5]),
          [2.5, 1, 1, 2.5],
        ),
        4 * area,
      );
    }
  },
);

t.test('every algorithm counts the cells of a grid as they are', async (t) => {
  const uniform = createUniform(11);
  for (const d of [2, 3, 4])
    for (let round = 0; round < 10; round++) {
      const points = Array.from({ length: 2 + round }, () =>
        Array.from({ length: d }, () => Math.floor(5 * uniform())),
      );
      const cells = Array.from({ length: 5 ** d }, (_, i) =>
        Array.from({ length: d }, (_, k) => Math.floor(i / 5 ** k) % 5),
      );
      const dominated = cells.filter((cell) => points.some((p) => p.every((x, k) => x <= cell[k]!))).length;
      close(t, hypervolume(points, new Array<number>(d).fill(5)), dominated);
    }
});

t.test('what a point adds is the difference that it makes', async (t) => {
  const uniform = createUniform(3);
  for (const d of [2, 3, 4]) {
    const reference = new Array<number>(d).fill(1);
    const points = Array.from({ length: 9 }, () => Array.from({ length: d }, uniform));
    points.forEach((point, i) => {
      const others = points.filter((_, j) => j !== i);
      const added = hypervolume(points, reference) - hypervolume(others, reference);
      close(t, exclusiveHypervolume(point, others, reference), added, 1e-9);
    });
  }
  t.equal(exclusiveHypervolume([2, 0], [], [1, 1]), 0);
});
