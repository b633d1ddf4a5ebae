import { type Attributes, type Graph, type GraphValue, sizeOf } from './graph.ts';
import { axesOf, castTo, type KernelCall, reshapeTo, scalarOf, type TraceKernel } from './kernel.ts';

/** Sums over axes: the result of a matrix product with ones where that is what the axes mean is left to the runtime. */
export function sumOver(graph: Graph, x: GraphValue, axes: readonly number[]): GraphValue {
  return reduce(graph, { op: 'ReduceSum', x, axes, axesAsInput: true });
}

interface Reduction {
  readonly op: string;
  readonly x: GraphValue;
  readonly axes: readonly number[];
  /** ONNX opset 17 has them as an input for sums, as an attribute for all others. */
  readonly axesAsInput: boolean;
}

function reduce(graph: Graph, { op, x, axes, axesAsInput }: Reduction): GraphValue {
  const shape = x.shape.filter((_, i) => !axes.includes(i));
  // Nothing to add up: one number an axis.
  if (axes.every((axis) => x.shape[axis] === 1)) return reshapeTo(graph, x, shape);
  const keepdims = { kind: 'int', value: 0 } as const;
  const inputs = axesAsInput ? [x, graph.int64s(axes)] : [x];
  const attributes: Attributes = axesAsInput
    ? { keepdims }
    : { keepdims, axes: { kind: 'ints', value: axes } };
  return graph.emitOne({ op, inputs, attributes, shape, type: x.type });
}

function reduction(op: string): TraceKernel {
  return ({ graph, inputs, attributes }) => {
    const x = inputs['x']!;
    const axes = axesOf(attributes['axis'] ?? attributes['reductionIndices'], x.shape.length);
    const reduced = reduce(graph, { op, x, axes, axesAsInput: op === 'ReduceSum' });
    return attributes['keepDims']
      ? reshapeTo(
          graph,
          reduced,
          x.shape.map((dim, i) => (axes.includes(i) ? 1 : dim)),
        )
      : reduced;
  };
}

/** Truth values count as numbers while they are reduced. */
function logicalReduction(op: string): TraceKernel {
  return (call) => {
    const asNumbers = castTo(call.graph, call.inputs['x']!, 'int32');
    return castTo(call.graph, reduction(op)({ ...call, inputs: { x: asNumbers } }) as GraphValue, 'bool');
  };
}

function extremeIndex(op: string): TraceKernel {
  return ({ graph, inputs, attributes }) => {
    const x = inputs['x']!;
    const [axis] = axesOf(attributes['axis'], x.shape.length);
    const settings: Attributes = { axis: { kind: 'int', value: axis! }, keepdims: { kind: 'int', value: 0 } };
    const shape = x.shape.filter((_, i) => i !== axis);
    return castTo(
      graph,
      graph.emitOne({ op, inputs: [x], attributes: settings, shape, type: 'int64' }),
      'int32',
    );
  };
}

function softmax(op: string, input: string): TraceKernel {
  return ({ graph, inputs, attributes }) => {
    const x = inputs[input]!;
    const axis = (attributes['dim'] ?? attributes['axis'] ?? -1) as number;
    return graph.emitOne({
      op,
      inputs: [x],
      attributes: { axis: { kind: 'int', value: axis } },
      shape: x.shape,
      type: x.type,
    });
  };
}

function cumulativeSum({ graph, inputs, attributes }: KernelCall): GraphValue {
  const x = inputs['x']!;
  const [axis] = axesOf(attributes['axis'], x.shape.length);
  const flag = (name: string) => ({ kind: 'int', value: attributes[name] ? 1 : 0 }) as const;
  const settings: Attributes = { exclusive: flag('exclusive'), reverse: flag('reverse') };
  const at = scalarOf(graph, axis!, 'int64');
  return graph.emitOne({ op: 'CumSum', inputs: [x, at], attributes: settings, shape: x.shape, type: x.type });
}

/** Rows that share a segment are added up. */
function segmentSum({ graph, inputs, attributes }: KernelCall): GraphValue {
  const { x, segmentIds } = inputs as Record<'x' | 'segmentIds', GraphValue>;
  const shape = [attributes['numSegments'] as number, ...x.shape.slice(1)];
  const rows = castTo(graph, reshapeTo(graph, segmentIds, [sizeOf(segmentIds.shape), 1]), 'int64');
  const zeros = graph.fill(0, { shape, type: x.type });
  const settings: Attributes = { reduction: { kind: 'string', value: 'add' } };
  return graph.emitOne({
    op: 'ScatterND',
    inputs: [zeros, rows, x],
    attributes: settings,
    shape,
    type: x.type,
  });
}

export const REDUCTIONS: Readonly<Record<string, TraceKernel>> = {
  Sum: reduction('ReduceSum'),
  Mean: reduction('ReduceMean'),
  Max: reduction('ReduceMax'),
  Min: reduction('ReduceMin'),
  All: logicalReduction('ReduceMin'),
  Any: logicalReduction('ReduceMax'),
  ArgMax: extremeIndex('ArgMax'),
  ArgMin: extremeIndex('ArgMin'),
  Softmax: softmax('Softmax', 'logits'),
  LogSoftmax: softmax('LogSoftmax', 'logits'),
  Cumsum: cumulativeSum,
  UnsortedSegmentSum: segmentSum,
};
