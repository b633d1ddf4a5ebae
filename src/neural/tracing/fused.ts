import type { GraphValue } from './graph.ts';
import { type KernelCall, reshapeTo, type TraceKernel } from './kernel.ts';
import { productOf } from './matrices.ts';
import { concatOf, splitTo } from './pieces.ts';
import { transposeTo } from './shaping.ts';

/** x · kernel (or its transpose) + bias, of matrices: ONNX's Gemm. */
function affine({ graph, inputs, attributes }: KernelCall): GraphValue {
  const { x, kernel, bias } = inputs as Record<'x' | 'kernel' | 'bias', GraphValue>;
  return productOf(graph, x, kernel, { bias, transposeB: attributes['transposed'] === true });
}

/** A whole layer without its gradient: ONNX's LSTM, whose gates are i, o, f, g and whose kernels are transposed. */
function lstm({ graph, inputs }: KernelCall): GraphValue {
  const { x, kernel, recurrent, bias } = inputs as Record<'x' | 'kernel' | 'recurrent' | 'bias', GraphValue>;
  const [length, batch] = x.shape as readonly [number, number];
  const hidden = recurrent.shape[0]!;
  const reordered = (value: GraphValue, axis: number): GraphValue => {
    const [i, f, g, o] = splitTo(graph, value, [hidden, hidden, hidden, hidden], axis) as [
      GraphValue,
      GraphValue,
      GraphValue,
      GraphValue,
    ];
    return concatOf(graph, [i, o, f, g], axis);
  };
  const matrix = (value: GraphValue): GraphValue =>
    reshapeTo(graph, transposeTo(graph, reordered(value, 1), [1, 0]), [1, 4 * hidden, value.shape[0]!]);
  const zeros = graph.fill(0, { shape: [4 * hidden], type: 'float32' });
  const biases = reshapeTo(graph, concatOf(graph, [reordered(bias, 0), zeros], 0), [1, 8 * hidden]);
  const steps = graph.emitOne({
    op: 'LSTM',
    inputs: [x, matrix(kernel), matrix(recurrent), biases],
    attributes: { hidden_size: { kind: 'int', value: hidden } },
    shape: [length, 1, batch, hidden],
    type: 'float32',
  });
  return reshapeTo(graph, steps, [length, batch, hidden]);
}

function scaledMatMul({ graph, inputs, attributes }: KernelCall): GraphValue {
  const { a, b } = inputs as Record<'a' | 'b', GraphValue>;
  const [transposeA, transposeB] = [attributes['transposeA'] === true, attributes['transposeB'] === true];
  return productOf(graph, a, b, { transposeA, transposeB, alpha: attributes['alpha'] as number });
}

/** Values, and each row's mean and 1 / deviation. */
function layerNorm({ graph, inputs, attributes }: KernelCall): readonly GraphValue[] {
  const { x, gamma, beta } = inputs as Record<'x' | 'gamma' | 'beta', GraphValue>;
  const row = { shape: [...x.shape.slice(0, -1), 1], type: x.type };
  return graph.emit({
    op: 'LayerNormalization',
    inputs: [x, gamma, beta],
    attributes: { epsilon: { kind: 'float', value: attributes['epsilon'] as number } },
    outputs: [{ shape: x.shape, type: x.type }, row, row],
  });
}

const gelu: TraceKernel = ({ graph, inputs: { x } }) =>
  graph.emitOne({ op: 'Gelu', domain: 'com.microsoft', inputs: [x!], shape: x!.shape, type: x!.type });

/** x / 2 + 1 / 2 in one pass: a HardSigmoid that is never beyond its bounds. */
const halfOnePlus: TraceKernel = ({ graph, inputs: { x } }) => {
  const half = { kind: 'float', value: 0.5 } as const;
  const attributes = { alpha: half, beta: half };
  return graph.emitOne({ op: 'HardSigmoid', inputs: [x!], attributes, shape: x!.shape, type: x!.type });
};

/** Ops of ours that ONNX Runtime has as one node; src/neural/ops asks for them by these names. */
export const FUSED: Readonly<Record<string, TraceKernel>> = {
  HpoAffine: affine,
  HpoGelu: gelu,
  HpoHalfOnePlus: halfOnePlus,
  HpoLayerNorm: layerNorm,
  HpoLstm: lstm,
  HpoScaledMatMul: scaledMatMul,
};
