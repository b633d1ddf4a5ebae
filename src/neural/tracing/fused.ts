import type { GraphValue } from './graph.ts';
import { type KernelCall, reshapeTo, type TraceKernel } from './kernel.ts';
import { productOf } from './matrices.ts';
import { concatOf, splitTo, transposeTo } from './shaping.ts';

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

/** Ops of ours that ONNX Runtime has as one node; src/neural/ops asks for them by these names. */
export const FUSED: Readonly<Record<string, TraceKernel>> = {
  HpoAffine: affine,
  HpoLstm: lstm,
};
