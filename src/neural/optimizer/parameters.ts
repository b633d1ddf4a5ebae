import { groupOf, type Network, type ParameterSpec } from '../network.ts';
import { paddedWidth } from '../program.ts';
import { sizeOf } from '../tracing/graph.ts';
import type { Heap } from './heap.ts';

/** Where a parameter lies in the heap. Addresses are bytes; `count` floats, padded to a multiple of four. */
export interface StoredParameter {
  readonly name: string;
  readonly spec: ParameterSpec;
  readonly group: string;
  /** Floats of the parameter itself. */
  readonly size: number;
  /** Floats of its place. */
  readonly count: number;
  readonly weights: number;
  readonly first: number;
  readonly second: number;
  readonly kind: DenseParameter | SparseParameter;
  /** Updates so far: bias correction counts a parameter's own, so a frozen one does not age. */
  steps: number;
}

export interface DenseParameter {
  readonly kind: 'dense';
  readonly gradient: number;
  /** The three scalars of the step at hand. */
  readonly scalars: number;
}

export interface SparseParameter {
  readonly kind: 'sparse';
  readonly rows: number;
  readonly width: number;
  /** Floats from one row to the next. */
  readonly stride: number;
  /** int32 a row: how much of the history it has seen. */
  readonly done: number;
  /** int32 a row: −1, except while rows are merged. */
  readonly slots: number;
  /** The scalars of the steps since all rows were last up to date. */
  readonly history: number;
  historyLength: number;
}

/** Steps after which all rows are brought up to date: bounds the history and what one touch can cost. */
export const HISTORY_LIMIT = 1024;
/** Floats of one step in it. */
export const HISTORY_STEP = 4;

/** Lays the parameters out, weights first: what belongs together in a pass lies together. */
export function storeParameters(network: Network, heap: Heap): readonly StoredParameter[] {
  const entries = Object.entries(network.parameters);
  const counts = entries.map(([name, spec]) => countOf(name, spec));
  const [weights, first, second] = [0, 1, 2].map(() => counts.map((count) => heap.allocate(count))) as [
    number[],
    number[],
    number[],
  ];
  return entries.map(([name, spec], i) => ({
    name,
    spec,
    group: groupOf(spec),
    size: sizeOf(spec.shape),
    count: counts[i]!,
    weights: weights[i]!,
    first: first[i]!,
    second: second[i]!,
    kind: spec.sparse ? storeSparse(spec, heap) : storeDense(counts[i]!, heap),
    steps: 0,
  }));
}

function countOf(name: string, spec: ParameterSpec): number {
  if (!spec.sparse) return paddedWidth(sizeOf(spec.shape));
  if (spec.shape.length !== 2) throw new Error(`sparse parameter "${name}" must be a table of two axes`);
  return spec.shape[0]! * paddedWidth(spec.shape[1]!);
}

function storeDense(count: number, heap: Heap): DenseParameter {
  return { kind: 'dense', gradient: heap.allocate(count), scalars: heap.allocate(HISTORY_STEP) };
}

function storeSparse({ shape }: ParameterSpec, heap: Heap): SparseParameter {
  const [rows, width] = shape as readonly [number, number];
  const slots = heap.allocate(rows);
  heap.ints(slots, rows).fill(-1);
  return {
    kind: 'sparse',
    rows,
    width,
    stride: paddedWidth(width),
    done: heap.allocate(rows),
    slots,
    history: heap.allocate(HISTORY_LIMIT * HISTORY_STEP),
    historyLength: 0,
  };
}

/** Copies a parameter (or its moments, at another address) out of the heap, without padding. */
export function readParameter(heap: Heap, { size, count, kind }: StoredParameter, at: number): Float32Array {
  const stored = heap.floats(at, count);
  if (kind.kind === 'dense' || kind.stride === kind.width) return stored.slice(0, size);
  const values = new Float32Array(size);
  for (let row = 0; row < kind.rows; row++) {
    values.set(stored.subarray(row * kind.stride, row * kind.stride + kind.width), row * kind.width);
  }
  return values;
}

export function writeParameter(
  heap: Heap,
  parameter: StoredParameter,
  at: number,
  values: Float32Array,
): void {
  const { size, count, kind, name } = parameter;
  if (values.length !== size) throw new Error(`"${name}" has ${size} numbers, ${values.length} were given`);
  const stored = heap.floats(at, count);
  if (kind.kind === 'dense' || kind.stride === kind.width) {
    stored.set(values);
    return;
  }
  for (let row = 0; row < kind.rows; row++) {
    stored.set(values.subarray(row * kind.width, (row + 1) * kind.width), row * kind.stride);
  }
}
