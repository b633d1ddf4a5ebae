import t from 'tap';
import { createRng } from '../../domain/random.ts';
import type { Network } from '../network.ts';
import { flushRows, type Gradient, globalNorm, mergeRows, touchRows, updateParameters } from './adamw.ts';
import { Heap } from './heap.ts';
import { readParameter, type StoredParameter, storeParameters, writeParameter } from './parameters.ts';
import type { OptimizerOptions } from './settings.ts';

const [ROWS, WIDTH] = [40, 6];
const rng = createRng(2, 0, 'adamw test');
const random = (size: number): Float32Array => Float32Array.from({ length: size }, () => rng.normal());

function stored(sparse: boolean): { heap: Heap; table: StoredParameter } {
  const network: Network = {
    parameters: { table: { shape: [ROWS, WIDTH], init: { kind: 'zeros' }, sparse } },
    inputs: {},
    targets: {},
    forward: () => ({}),
    loss: () => {
      throw new Error('never run');
    },
  };
  const heap = new Heap();
  const [table] = storeParameters(network, heap);
  return { heap, table: table! };
}

function denseGradient(heap: Heap, parameter: StoredParameter, values: Float32Array): Gradient {
  if (parameter.kind.kind !== 'dense') throw new Error('not dense');
  heap.floats(parameter.kind.gradient, parameter.size).set(values);
  return { kind: 'dense', parameter };
}

/** As a run leaves it: one gradient for each looked-up id, repeats and all, rows padded to whole vectors. */
function rowGradient(
  heap: Heap,
  parameter: StoredParameter,
  ids: Int32Array,
  values: Float32Array,
): Gradient {
  if (parameter.kind.kind !== 'sparse') throw new Error('not sparse');
  const { stride } = parameter.kind;
  heap.resetScratch();
  touchRows(heap, parameter, ids);
  const idsAt = heap.allocate(ids.length);
  heap.ints(idsAt, ids.length).set(ids);
  const at = heap.allocate(ids.length * stride);
  const rows = heap.floats(at, ids.length * stride).fill(0);
  ids.forEach((_, i) => {
    rows.set(values.subarray(i * WIDTH, (i + 1) * WIDTH), i * stride);
  });
  return mergeRows(heap, parameter, { at, ids: idsAt, n: ids.length });
}

interface Step {
  readonly ids: Int32Array;
  readonly values: Float32Array;
  readonly learningRate: number;
}

function steps(count: number, idsAStep: number): Step[] {
  return Array.from({ length: count }, (_, i) => ({
    ids: Int32Array.from({ length: idsAStep }, () => rng.integer(ROWS)),
    values: random(idsAStep * WIDTH),
    learningRate: 0.01 * (1 + (i % 5)),
  }));
}

/** Sums in the order of the ids, as float32 arithmetic has an order. */
function scattered({ ids, values }: Step): Float32Array {
  const sums = new Float32Array(ROWS * WIDTH);
  ids.forEach((id, i) => {
    for (let k = 0; k < WIDTH; k++) sums[id * WIDTH + k]! += values[i * WIDTH + k]!;
  });
  return sums;
}

function runDense(start: Float32Array, all: readonly Step[], settings: OptimizerOptions) {
  const { heap, table } = stored(false);
  writeParameter(heap, table, table.weights, start);
  for (const step of all) {
    const gradients = [denseGradient(heap, table, scattered(step))];
    updateParameters(heap, gradients, settings, {
      norm: globalNorm(heap, gradients),
      learningRate: step.learningRate,
    });
  }
  return [table.weights, table.first, table.second].map((at) => readParameter(heap, table, at));
}

const SETTINGS = { weightDecay: 0.02, beta1: 0.8, beta2: 0.95, epsilon: 1e-6 };

t.test('AdamW is that of its definition in double precision', async (t) => {
  const start = random(ROWS * WIDTH);
  const all = steps(30, 20);
  const w = Float64Array.from(start);
  const [m, v] = [new Float64Array(w.length), new Float64Array(w.length)];
  const { beta1, beta2, epsilon, weightDecay } = SETTINGS;
  all.forEach((step, i) => {
    const g = scattered(step);
    for (let k = 0; k < w.length; k++) {
      w[k]! *= 1 - step.learningRate * weightDecay;
      m[k] = beta1 * m[k]! + (1 - beta1) * g[k]!;
      v[k] = beta2 * v[k]! + (1 - beta2) * g[k]! ** 2;
      const root = Math.sqrt(v[k]! / (1 - beta2 ** (i + 1)));
      w[k]! -= (step.learningRate * (m[k]! / (1 - beta1 ** (i + 1)))) / (root + epsilon);
    }
  });
  const [weights] = runDense(start, all, SETTINGS);
  t.ok(weights!.every((x, k) => Math.abs(x - w[k]!) < 2e-5));
});

t.test('a sparse table gives bit for bit what the dense one does', async (t) => {
  const start = random(ROWS * WIDTH);
  // Few ids a step: most rows miss most steps, some all; more steps than the history holds.
  const all = [...steps(60, 5), ...steps(1100, 1)];
  for (const settings of [SETTINGS, { clipNorm: 0.5 }, { weightDecay: 0.1, clipNorm: 100 }]) {
    const { heap, table } = stored(true);
    writeParameter(heap, table, table.weights, start);
    all.forEach((step, i) => {
      const gradients = [rowGradient(heap, table, step.ids, step.values)];
      updateParameters(heap, gradients, settings, {
        norm: globalNorm(heap, gradients),
        learningRate: step.learningRate,
      });
      if (i === 40) flushRows(heap, table);
    });
    flushRows(heap, table);
    const found = [table.weights, table.first, table.second].map((at) => readParameter(heap, table, at));
    t.same(found, runDense(start, all, settings), JSON.stringify(settings));
  }
});

t.test('the norm counts a row once, with its repeats summed', async (t) => {
  const { heap, table } = stored(true);
  const step = { ids: Int32Array.of(7, 3, 7, 7), values: random(4 * WIDTH), learningRate: 0 };
  const norm = globalNorm(heap, [rowGradient(heap, table, step.ids, step.values)]);
  t.ok(Math.abs(norm - Math.hypot(...scattered(step))) < 1e-5);
});

t.test('a clipped gradient is as long as allowed, and a short one stays', async (t) => {
  const { heap, table } = stored(false);
  const values = random(ROWS * WIDTH);
  const gradients = [denseGradient(heap, table, values)];
  const norm = globalNorm(heap, gradients);
  t.ok(Math.abs(norm - Math.hypot(...values)) < 1e-4);
  // β1 = 0 shows the gradient in the first moment.
  updateParameters(heap, gradients, { beta1: 0, clipNorm: 2 }, { norm, learningRate: 0.1 });
  t.ok(Math.abs(Math.hypot(...readParameter(heap, table, table.first)) - 2) < 1e-4);
  updateParameters(heap, gradients, { beta1: 0, clipNorm: 1000 }, { norm, learningRate: 0.1 });
  t.ok(Math.abs(Math.hypot(...readParameter(heap, table, table.first)) - norm) < 1e-4);
});

t.test('a dropout mask keeps its share, scales it, and is a function of its key', async (t) => {
  const heap = new Heap();
  const count = 100_000;
  const [a, b, c] = [1, 1, 2].map((key) => {
    const at = heap.allocate(count);
    heap.kernel.fillMask(at, count, key, Math.round(0.3 * 2 ** 32), 1 / 0.7);
    return Float32Array.from(heap.floats(at, count));
  }) as [Float32Array, Float32Array, Float32Array];
  t.same([...new Set(a)].sort(), [0, Math.fround(1 / 0.7)]);
  const dropped = (mask: Float32Array): number => mask.filter((x) => x === 0).length / count;
  t.ok(Math.abs(dropped(a) - 0.3) < 0.005, `${dropped(a)} are dropped`);
  t.same(a, b);
  const both = a.filter((x, i) => x === 0 && c[i] === 0).length / count;
  t.ok(Math.abs(both - 0.09) < 0.005, `${both} are dropped by both of two keys`);
  const runs = a.filter((x, i) => x === 0 && a[i + 1] === 0).length / count;
  t.ok(Math.abs(runs - 0.09) < 0.005, `${runs} have a dropped neighbour`);
});
