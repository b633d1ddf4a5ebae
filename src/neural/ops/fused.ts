import { type Tensor, tf } from '../tensorflow.ts';

/**
 * One kernel of our own where the backend has it (the tracing one does, as one node of ONNX Runtime), else the same
 * in plain ops.
 */
export function fused(
  kernel: string,
  inputs: Readonly<Record<string, Tensor>>,
  {
    attributes = {},
    composed,
  }: { readonly attributes?: Record<string, number | boolean>; composed(): Tensor },
): Tensor {
  if (!hasKernel(kernel)) return composed();
  return tf.engine().runKernel(kernel, { ...inputs }, attributes);
}

/** Whether someone is taking gradients of what is computed now. */
export const isDifferentiated = (): boolean => tf.engine().state.gradientDepth > 0;

/** Whether the backend has this kernel of ours. */
export const hasKernel = (kernel: string): boolean => Boolean(tf.getKernel(kernel, tf.getBackend()));
