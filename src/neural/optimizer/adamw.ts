import type { Heap } from './heap.ts';
import { HISTORY_LIMIT, HISTORY_STEP, type SparseParameter, type StoredParameter } from './parameters.ts';
import { clipScale, type LearningRate, type OptimizerOptions, stepScalars } from './settings.ts';

/** A parameter's gradient in the heap: all of it, or the rows that have one. */
export type Gradient =
  | { readonly kind: 'dense'; readonly parameter: StoredParameter }
  | {
      readonly kind: 'rows';
      readonly parameter: StoredParameter;
      readonly at: number;
      readonly rows: number;
      readonly count: number;
    };

/**
 * Sums the gradients of equal rows in place.
 * @param ids which row each of the `n` gradients at `at` belongs to: their address
 */
export function mergeRows(
  heap: Heap,
  parameter: StoredParameter,
  { at, ids, n }: { readonly at: number; readonly ids: number; readonly n: number },
): Gradient {
  const { stride, slots } = parameter.kind as SparseParameter;
  const rows = heap.allocate(n);
  const count = heap.kernel.mergeRows(ids, n, stride, at, slots, rows);
  return { kind: 'rows', parameter, at, rows, count };
}

/** The length of all gradients together. */
export function globalNorm(heap: Heap, gradients: readonly Gradient[]): number {
  let sum = 0;
  for (const gradient of gradients) {
    const { kind, count } = gradient.parameter;
    if (gradient.kind === 'rows')
      sum += heap.kernel.sumSquares(gradient.at, gradient.count * (kind as SparseParameter).stride);
    else if (kind.kind === 'dense') sum += heap.kernel.sumSquares(kind.gradient, count);
  }
  return Math.sqrt(sum);
}

export interface UpdateOptions {
  readonly norm: number;
  readonly learningRate: LearningRate;
}

/** One step of every parameter that has a gradient. */
export function updateParameters(
  heap: Heap,
  gradients: readonly Gradient[],
  settings: OptimizerOptions,
  { norm, learningRate }: UpdateOptions,
): void {
  const { kernel } = heap;
  kernel.beta1.value = settings.beta1 ?? 0.9;
  kernel.beta2.value = settings.beta2 ?? 0.999;
  kernel.epsilon.value = settings.epsilon ?? 1e-8;
  const scale = clipScale(norm, settings.clipNorm);
  for (const gradient of gradients) {
    const { parameter } = gradient;
    parameter.steps++;
    const scalars = stepScalars(
      {
        learningRate: typeof learningRate === 'number' ? learningRate : (learningRate[parameter.group] ?? 0),
        weightDecay: parameter.spec.decay === false ? 0 : (settings.weightDecay ?? 0),
        step: parameter.steps,
      },
      settings,
    );
    if (gradient.kind === 'rows') updateRows(heap, gradient, { scalars, scale });
    else updateDense(heap, parameter, { scalars, scale });
  }
}

interface Scalars {
  readonly scalars: readonly number[];
  readonly scale: number;
}

function updateDense(
  heap: Heap,
  { kind, weights, first, second, count }: StoredParameter,
  { scalars, scale }: Scalars,
): void {
  if (kind.kind !== 'dense') return;
  heap.floats(kind.scalars, HISTORY_STEP).set(scalars);
  heap.kernel.adamw(weights, first, second, kind.gradient, count, scale, kind.scalars);
}

/** Brings the rows that a step will read up to date. @param ids rows of the table, each within it */
export function touchRows(
  heap: Heap,
  { kind, weights, first, second }: StoredParameter,
  ids: Int32Array,
): void {
  if (kind.kind !== 'sparse' || kind.historyLength === 0) return;
  const { stride, done, history, historyLength } = kind;
  const rows = heap.allocate(ids.length);
  heap.ints(rows, ids.length).set(ids);
  heap.kernel.touchRows(weights, first, second, rows, ids.length, stride, done, history, historyLength);
}

/** Rows without a gradient wait: what this step does to them is done when they are next touched or asked for. */
function updateRows(
  heap: Heap,
  gradient: Extract<Gradient, { kind: 'rows' }>,
  { scalars, scale }: Scalars,
): void {
  const { parameter, at, rows, count } = gradient;
  const { weights, first, second } = parameter;
  const table = parameter.kind as SparseParameter;
  if (table.historyLength === HISTORY_LIMIT) flushRows(heap, parameter);
  heap.floats(table.history + table.historyLength * HISTORY_STEP * 4, HISTORY_STEP).set(scalars);
  table.historyLength++;
  const { stride, done, history, historyLength } = table;
  heap.kernel.updateRows(
    weights,
    first,
    second,
    at,
    rows,
    count,
    stride,
    scale,
    done,
    history,
    historyLength,
  );
}

/** Brings every row of a sparse table up to date: before it is evaluated, saved or exported. */
export function flushRows(heap: Heap, { kind, weights, first, second }: StoredParameter): void {
  if (kind.kind !== 'sparse' || kind.historyLength === 0) return;
  heap.kernel.replayRows(
    weights,
    first,
    second,
    0,
    kind.rows,
    kind.stride,
    kind.done,
    kind.history,
    kind.historyLength,
  );
  kind.historyLength = 0;
}
