import type { ElementType, GraphValue } from './graph.ts';
import { broadcastShapes, castTo, type KernelCall, sameShape, scalarOf, type TraceKernel } from './kernel.ts';

/** a ∘ b. `neutral`: the right operand that changes nothing; `commutes`: on the left as well. */
function binary(op: string, neutral?: number, commutes = false): TraceKernel {
  return ({ graph, inputs }) => {
    const { a, b } = inputs as Record<'a' | 'b', GraphValue>;
    const shape = broadcastShapes(a.shape, b.shape);
    if (isFill(b, neutral) && sameShape(a.shape, shape)) return a;
    if (commutes && isFill(a, neutral) && sameShape(b.shape, shape)) return b;
    return graph.emitOne({ op, inputs: [a, b], shape, type: a.type });
  };
}

const isFill = ({ source }: GraphValue, value: number | undefined): boolean =>
  value !== undefined && source.kind === 'fill' && source.value === value;

function compare(op: string): TraceKernel {
  return ({ graph, inputs }) => {
    const { a, b } = inputs as Record<'a' | 'b', GraphValue>;
    return graph.emitOne({ op, inputs: [a, b], shape: broadcastShapes(a.shape, b.shape), type: 'bool' });
  };
}

function unary(op: string): TraceKernel {
  return ({ graph, inputs }) =>
    graph.emitOne({ op, inputs: [inputs['x']!], shape: inputs['x']!.shape, type: inputs['x']!.type });
}

/** One op after another, each on the result of the one before. */
function chain(...kernels: readonly TraceKernel[]): TraceKernel {
  return (call) =>
    kernels.reduce<GraphValue>(
      (x, kernel) => kernel({ ...call, inputs: { x } }) as GraphValue,
      call.inputs['x']!,
    );
}

const withScalar =
  (kernel: TraceKernel, value: number): TraceKernel =>
  ({ graph, inputs, attributes }) =>
    kernel({ graph, attributes, inputs: { a: inputs['x']!, b: scalarOf(graph, value, inputs['x']!.type) } });

const multiply = binary('Mul', 1, true);
const subtract = binary('Sub', 0);
const square: TraceKernel = (call) =>
  multiply({ ...call, inputs: { a: call.inputs['x']!, b: call.inputs['x']! } });

/** 1 where x > 0, else alpha: the gradient of a rectifier. */
function step({ graph, inputs, attributes }: KernelCall): GraphValue {
  const x = inputs['x']!;
  const above = graph.emitOne({
    op: 'Greater',
    inputs: [x, scalarOf(graph, 0, x.type)],
    shape: x.shape,
    type: 'bool',
  });
  const alpha = (attributes['alpha'] as number | undefined) ?? 0;
  if (alpha === 0) return castTo(graph, above, x.type);
  const inputsOfWhere = [above, scalarOf(graph, 1), scalarOf(graph, alpha)];
  return graph.emitOne({ op: 'Where', inputs: inputsOfWhere, shape: x.shape, type: x.type });
}

/** From an Elu's result: its slope is 1 above zero and y + 1 below. */
function eluGradient({ graph, inputs }: KernelCall): GraphValue {
  const { dy, y } = inputs as Record<'dy' | 'y', GraphValue>;
  const { shape, type } = y;
  const above = graph.emitOne({ op: 'GreaterOrEqual', inputs: [y, scalarOf(graph, 0)], shape, type: 'bool' });
  const slope = graph.emitOne({ op: 'Add', inputs: [y, scalarOf(graph, 1)], shape, type });
  const below = graph.emitOne({ op: 'Mul', inputs: [dy, slope], shape, type });
  return graph.emitOne({ op: 'Where', inputs: [above, dy, below], shape, type });
}

function clip({ graph, inputs, attributes }: KernelCall): GraphValue {
  const x = inputs['x']!;
  const bounds = [attributes['clipValueMin'], attributes['clipValueMax']].map((v) =>
    scalarOf(graph, v as number, x.type),
  );
  return graph.emitOne({ op: 'Clip', inputs: [x, ...bounds], shape: x.shape, type: x.type });
}

function where({ graph, inputs }: KernelCall): GraphValue {
  const { condition, t, e } = inputs as Record<'condition' | 't' | 'e', GraphValue>;
  const shape = broadcastShapes(condition.shape, broadcastShapes(t.shape, e.shape));
  return graph.emitOne({
    op: 'Where',
    inputs: [castTo(graph, condition, 'bool'), t, e],
    shape,
    type: t.type,
  });
}

function leakyRelu({ graph, inputs, attributes }: KernelCall): GraphValue {
  const { shape, type } = inputs['x']!;
  const alpha = { kind: 'float', value: attributes['alpha'] as number } as const;
  return graph.emitOne({ op: 'LeakyRelu', inputs: [inputs['x']!], attributes: { alpha }, shape, type });
}

const TYPES: Readonly<Record<string, ElementType>> = { float32: 'float32', int32: 'int32', bool: 'bool' };

export const ELEMENTWISE: Readonly<Record<string, TraceKernel>> = {
  Add: binary('Add', 0, true),
  AddN: (call) =>
    Object.values(call.inputs).reduce(
      (a, b) => binary('Add', 0, true)({ ...call, inputs: { a, b } }) as GraphValue,
    ),
  Sub: subtract,
  Multiply: multiply,
  RealDiv: binary('Div', 1),
  Maximum: binary('Max'),
  Minimum: binary('Min'),
  Pow: binary('Pow', 1),
  SquaredDifference: (call) => square({ ...call, inputs: { x: subtract(call) as GraphValue } }),
  Equal: compare('Equal'),
  NotEqual: (call) => unary('Not')({ ...call, inputs: { x: compare('Equal')(call) as GraphValue } }),
  Greater: compare('Greater'),
  GreaterEqual: compare('GreaterOrEqual'),
  Less: compare('Less'),
  LessEqual: compare('LessOrEqual'),
  LogicalAnd: compare('And'),
  LogicalOr: compare('Or'),
  LogicalNot: unary('Not'),
  Neg: unary('Neg'),
  Abs: unary('Abs'),
  Sign: unary('Sign'),
  Floor: unary('Floor'),
  Ceil: unary('Ceil'),
  Exp: unary('Exp'),
  Expm1: chain(unary('Exp'), withScalar(subtract, 1)),
  Log: unary('Log'),
  Log1p: chain(withScalar(binary('Add'), 1), unary('Log')),
  Sqrt: unary('Sqrt'),
  Rsqrt: chain(unary('Sqrt'), unary('Reciprocal')),
  Reciprocal: unary('Reciprocal'),
  Square: square,
  Sin: unary('Sin'),
  Cos: unary('Cos'),
  Tanh: unary('Tanh'),
  Sigmoid: unary('Sigmoid'),
  Softplus: unary('Softplus'),
  Relu: unary('Relu'),
  LeakyRelu: leakyRelu,
  Elu: unary('Elu'),
  EluGrad: eluGradient,
  Erf: unary('Erf'),
  Step: step,
  ClipByValue: clip,
  Select: where,
  Cast: ({ graph, inputs, attributes }) => castTo(graph, inputs['x']!, TYPES[attributes['dtype'] as string]!),
  Identity: ({ inputs }) => inputs['x']!,
  ZerosLike: ({ graph, inputs }) => graph.fill(0, inputs['x']!),
  OnesLike: ({ graph, inputs }) => graph.fill(1, inputs['x']!),
};
