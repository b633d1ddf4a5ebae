import type { Attributes, Graph, GraphValue } from './graph.ts';
import { castTo, type KernelCall, reshapeTo, sameShape, scalarOf, type TraceKernel } from './kernel.ts';
import { axisAttribute } from './pieces.ts';

function reshape({ graph, inputs, attributes }: KernelCall): GraphValue {
  const x = inputs['x']!;
  return reshapeTo(graph, x, resolveShape(x.shape, attributes['shape'] as readonly number[]));
}

/** Fills in the one −1 of a shape. */
function resolveShape(from: readonly number[], to: readonly number[]): readonly number[] {
  if (!to.includes(-1)) return to;
  const known = to.reduce((size, dim) => (dim === -1 ? size : size * dim), 1);
  const size = from.reduce((a, b) => a * b, 1);
  return to.map((dim) => (dim === -1 ? size / known : dim));
}

function expandDims({ graph, inputs, attributes }: KernelCall): GraphValue {
  const { shape } = inputs['input']!;
  const dim = attributes['dim'] as number;
  const at = dim < 0 ? shape.length + dim + 1 : dim;
  return reshapeTo(graph, inputs['input']!, [...shape.slice(0, at), 1, ...shape.slice(at)]);
}

export function transposeTo(graph: Graph, x: GraphValue, perm: readonly number[]): GraphValue {
  if (perm.every((axis, i) => axis === i)) return x;
  const shape = perm.map((axis) => x.shape[axis]!);
  // Only axes of size 1 change places: the same numbers in the same order.
  const moved = perm.filter((axis) => x.shape[axis] !== 1);
  if (moved.every((axis, i) => i === 0 || moved[i - 1]! < axis)) return reshapeTo(graph, x, shape);
  const attributes: Attributes = { perm: { kind: 'ints', value: perm } };
  return graph.emitOne({ op: 'Transpose', inputs: [x], attributes, shape, type: x.type });
}

function tile({ graph, inputs, attributes }: KernelCall): GraphValue {
  const x = inputs['x']!;
  const reps = attributes['reps'] as readonly number[];
  const shape = x.shape.map((dim, i) => dim * reps[i]!);
  if (sameShape(shape, x.shape)) return x;
  if (x.source.kind === 'fill') return graph.fill(x.source.value, { shape, type: x.type });
  return graph.emitOne({ op: 'Tile', inputs: [x, graph.int64s(reps)], shape, type: x.type });
}

function broadcastTo({ graph, inputs, attributes }: KernelCall): GraphValue {
  const x = inputs['x']!;
  const shape = attributes['shape'] as readonly number[];
  if (sameShape(shape, x.shape)) return x;
  return graph.emitOne({ op: 'Expand', inputs: [x, graph.int64s(shape)], shape, type: x.type });
}

function pad({ graph, inputs, attributes }: KernelCall): GraphValue {
  const x = inputs['x']!;
  const paddings = attributes['paddings'] as readonly (readonly [number, number])[];
  const shape = x.shape.map((dim, i) => dim + paddings[i]![0] + paddings[i]![1]);
  if (sameShape(shape, x.shape)) return x;
  const pads = graph.int64s([...paddings.map(([before]) => before), ...paddings.map(([, after]) => after)]);
  const value = scalarOf(graph, (attributes['constantValue'] as number | undefined) ?? 0, x.type);
  return graph.emitOne({ op: 'Pad', inputs: [x, pads, value], shape, type: x.type });
}

function fill({ graph, attributes }: KernelCall): GraphValue {
  const type =
    attributes['dtype'] === 'int32' ? 'int32' : attributes['dtype'] === 'bool' ? 'bool' : 'float32';
  return graph.fill(Number(attributes['value']), { shape: attributes['shape'] as readonly number[], type });
}

function oneHot({ graph, inputs, attributes }: KernelCall): GraphValue {
  const indices = inputs['indices']!;
  const depth = attributes['depth'] as number;
  const values = graph.data([attributes['offValue'] as number, attributes['onValue'] as number], {
    shape: [2],
    type: 'float32',
  });
  const shape = [...indices.shape, depth];
  const encoded = graph.emitOne({
    op: 'OneHot',
    // ONNX Runtime has this op for few mixes of types: int64 indices are among them.
    inputs: [castTo(graph, indices, 'int64'), graph.int64s([depth]), values],
    attributes: axisAttribute(-1),
    shape,
    type: 'float32',
  });
  return castTo(graph, encoded, attributes['dtype'] === 'int32' ? 'int32' : 'float32');
}

/** Counts beyond this are made when the graph runs, instead of being stored in it. */
const LONGEST_RANGE = 4096;

function range({ graph, attributes }: KernelCall): GraphValue {
  const { start, stop, step, dtype } = attributes as {
    start: number;
    stop: number;
    step: number;
    dtype: string;
  };
  const count = Math.max(0, Math.ceil((stop - start) / step));
  const type = dtype === 'int32' ? 'int32' : 'float32';
  // As a node, so that the count can still become an open size.
  if (count > LONGEST_RANGE) {
    const bounds = [start, stop, step].map((bound) => scalarOf(graph, bound, type));
    return graph.emitOne({ op: 'Range', inputs: bounds, shape: [count], type });
  }
  return graph.data(
    Array.from({ length: count }, (_, i) => start + i * step),
    { shape: [count], type },
  );
}

export const SHAPING: Readonly<Record<string, TraceKernel>> = {
  Reshape: reshape,
  ExpandDims: expandDims,
  Transpose: ({ graph, inputs, attributes }) =>
    transposeTo(graph, inputs['x']!, attributes['perm'] as readonly number[]),
  Tile: tile,
  BroadcastTo: broadcastTo,
  PadV2: pad,
  Fill: fill,
  Range: range,
  OneHot: oneHot,
};
