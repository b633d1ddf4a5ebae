import type { Attributes, Graph, GraphValue } from './graph.ts';
import {
  axesOf,
  castTo,
  type KernelCall,
  reshapeTo,
  sameShape,
  scalarOf,
  type TraceKernel,
} from './kernel.ts';

const axisAttribute = (axis: number): Attributes => ({ axis: { kind: 'int', value: axis } });

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

function slice({ graph, inputs, attributes }: KernelCall): GraphValue {
  const x = inputs['x']!;
  const begin = [attributes['begin']].flat() as number[];
  const size = [attributes['size']].flat() as number[];
  const starts = x.shape.map((_, i) => begin[i] ?? 0);
  const shape = x.shape.map((dim, i) =>
    size[i] === undefined || size[i] === -1 ? dim - starts[i]! : size[i]!,
  );
  return sliceTo(graph, x, { starts, shape });
}

interface SliceBounds {
  readonly starts: readonly number[];
  readonly shape: readonly number[];
}

function sliceTo(graph: Graph, x: GraphValue, { starts, shape }: SliceBounds): GraphValue {
  if (sameShape(shape, x.shape)) return x;
  const axes = shape.flatMap((dim, i) => (dim === x.shape[i] ? [] : [i]));
  const from = axes.map((axis) => starts[axis]!);
  const to = axes.map((axis) => starts[axis]! + shape[axis]!);
  const inputs = [x, ...[from, to, axes].map((values) => graph.int64s(values))];
  return graph.emitOne({ op: 'Slice', inputs, shape, type: x.type });
}

function reverse({ graph, inputs, attributes }: KernelCall): GraphValue {
  const x = inputs['x']!;
  const axes = axesOf(attributes['dims'], x.shape.length);
  const bounds = [axes.map(() => -1), axes.map(() => -(2 ** 31)), axes, axes.map(() => -1)];
  return graph.emitOne({
    op: 'Slice',
    inputs: [x, ...bounds.map((values) => graph.int64s(values))],
    shape: x.shape,
    type: x.type,
  });
}

export function splitTo(
  graph: Graph,
  x: GraphValue,
  sizes: readonly number[],
  axis: number,
): readonly GraphValue[] {
  if (sizes.length === 1) return [x];
  const outputs = sizes.map((size) => ({
    shape: x.shape.map((dim, i) => (i === axis ? size : dim)),
    type: x.type,
  }));
  if (sizes.length > graph.widest) {
    let start = 0;
    return outputs.map(({ shape }, i) => {
      const starts = shape.map((_, a) => (a === axis ? start : 0));
      start += sizes[i]!;
      return sliceTo(graph, x, { starts, shape });
    });
  }
  return graph.emit({
    op: 'Split',
    inputs: [x, graph.int64s(sizes)],
    attributes: axisAttribute(axis),
    outputs,
  });
}

function split({ graph, inputs, attributes }: KernelCall): readonly GraphValue[] {
  const x = inputs['x']!;
  const [axis] = axesOf(attributes['axis'], x.shape.length);
  const asked = attributes['numOrSizeSplits'] as number | number[];
  const total = x.shape[axis!]!;
  if (typeof asked === 'number')
    return splitTo(graph, x, new Array<number>(asked).fill(total / asked), axis!);
  const known = asked.reduce((sum, size) => (size === -1 ? sum : sum + size), 0);
  return splitTo(
    graph,
    x,
    asked.map((size) => (size === -1 ? total - known : size)),
    axis!,
  );
}

export function concatOf(graph: Graph, parts: readonly GraphValue[], axis: number): GraphValue {
  if (parts.length === 1) return parts[0]!;
  if (parts.length > graph.widest) {
    const groups = Array.from({ length: Math.ceil(parts.length / graph.widest) }, (_, i) =>
      concatOf(graph, parts.slice(i * graph.widest, (i + 1) * graph.widest), axis),
    );
    return concatOf(graph, groups, axis);
  }
  const total = parts.reduce((sum, { shape }) => sum + shape[axis]!, 0);
  const shape = parts[0]!.shape.map((dim, i) => (i === axis ? total : dim));
  return graph.emitOne({
    op: 'Concat',
    inputs: parts,
    attributes: axisAttribute(axis),
    shape,
    type: parts[0]!.type,
  });
}

function concat({ graph, inputs, attributes }: KernelCall): GraphValue {
  const parts = Object.values(inputs).filter(({ shape }) => !shape.includes(0));
  return concatOf(graph, parts, axesOf(attributes['axis'], parts[0]!.shape.length)[0]!);
}

function pack({ graph, inputs, attributes }: KernelCall): GraphValue {
  const parts = Object.values(inputs);
  const { shape } = parts[0]!;
  const [axis] = axesOf(attributes['axis'], shape.length + 1);
  const lifted = [...shape.slice(0, axis), 1, ...shape.slice(axis)];
  return concatOf(
    graph,
    parts.map((part) => reshapeTo(graph, part, lifted)),
    axis!,
  );
}

function unpack({ graph, inputs, attributes }: KernelCall): readonly GraphValue[] {
  const value = inputs['value']!;
  const [axis] = axesOf(attributes['axis'], value.shape.length);
  const parts = splitTo(graph, value, new Array<number>(value.shape[axis!]!).fill(1), axis!);
  return parts.map((part) =>
    reshapeTo(
      graph,
      part,
      value.shape.filter((_, i) => i !== axis),
    ),
  );
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
  Slice: slice,
  Reverse: reverse,
  SplitV: split,
  Concat: concat,
  Pack: pack,
  Unpack: unpack,
  Tile: tile,
  BroadcastTo: broadcastTo,
  PadV2: pad,
  Fill: fill,
  Range: range,
  OneHot: oneHot,
};
