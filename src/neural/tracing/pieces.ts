import type { Attributes, Graph, GraphValue } from './graph.ts';
import { axesOf, type KernelCall, reshapeTo, sameShape, type TraceKernel } from './kernel.ts';

export const axisAttribute = (axis: number): Attributes => ({ axis: { kind: 'int', value: axis } });

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

export const PIECES: Readonly<Record<string, TraceKernel>> = {
  Slice: slice,
  Reverse: reverse,
  SplitV: split,
  Concat: concat,
  Pack: pack,
  Unpack: unpack,
};
