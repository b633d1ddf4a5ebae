import { type Graph, type GraphValue, sizeOf } from './graph.ts';

/** One call of a tfjs kernel, with graph values in place of tensors. */
export interface KernelCall {
  readonly graph: Graph;
  /** By name; by position where a kernel takes a list. */
  readonly inputs: Readonly<Record<string, GraphValue>>;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** What a tfjs kernel becomes: it records nodes and names their results. */
export type TraceKernel = (call: KernelCall) => GraphValue | readonly GraphValue[];

/** The shape that NumPy's rules give two operands. */
export function broadcastShapes(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const left = a[a.length - rank + i] ?? 1;
    const right = b[b.length - rank + i] ?? 1;
    return left === 1 ? right : left;
  });
}

/** Axes counted from the front; all of them where none is named. */
export function axesOf(axis: unknown, rank: number): number[] {
  if (axis === undefined || axis === null) return Array.from({ length: rank }, (_, i) => i);
  const axes = Array.isArray(axis) ? (axis as number[]) : [axis as number];
  return axes.map((a) => (a < 0 ? a + rank : a));
}

export const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((dim, i) => dim === b[i]);

/** A Reshape that looks through earlier ones and vanishes where it changes nothing. */
export function reshapeTo(graph: Graph, value: GraphValue, shape: readonly number[]): GraphValue {
  let from = value;
  while (from.source.kind === 'node' && from.source.node.op === 'Reshape') from = from.source.node.inputs[0]!;
  if (sameShape(from.shape, shape)) return from;
  if (from.source.kind === 'fill') return graph.fill(from.source.value, { shape, type: from.type });
  if (sizeOf(from.shape) !== sizeOf(shape)) throw new Error(`cannot reshape [${from.shape}] to [${shape}]`);
  return graph.emitOne({ op: 'Reshape', inputs: [from, graph.int64s(shape)], shape, type: from.type });
}

export function castTo(graph: Graph, value: GraphValue, type: GraphValue['type']): GraphValue {
  if (value.type === type) return value;
  const to = { float32: 1, int32: 6, int64: 7, bool: 9 }[type];
  return graph.emitOne({
    op: 'Cast',
    inputs: [value],
    attributes: { to: { kind: 'int', value: to } },
    shape: value.shape,
    type,
  });
}

/** A float constant that broadcasts against anything. */
export const scalarOf = (graph: Graph, value: number, type: GraphValue['type'] = 'float32'): GraphValue =>
  graph.fill(value, { shape: [], type });
