import type { GraphValue } from './graph.ts';
import type { KernelCall, TraceKernel } from './kernel.ts';
import { productOf } from './matrices.ts';

/** x · kernel (or its transpose) + bias, of matrices: ONNX's Gemm. */
function affine({ graph, inputs, attributes }: KernelCall): GraphValue {
  const { x, kernel, bias } = inputs as Record<'x' | 'kernel' | 'bias', GraphValue>;
  return productOf(graph, x, kernel, { bias, transposeB: attributes['transposed'] === true });
}

/** Ops of ours that ONNX Runtime has as one node; src/neural/ops asks for them by these names. */
export const FUSED: Readonly<Record<string, TraceKernel>> = {
  HpoAffine: affine,
};
