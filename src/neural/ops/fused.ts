import { type Tensor, tf } from '../tensorflow.ts';

type Attributes = Record<string, number | boolean>;
type Inputs = Readonly<Record<string, Tensor>>;

/**
 * One kernel of our own where the backend has it (the tracing one does, as one node of ONNX Runtime), else the same
 * in plain ops.
 */
export function fused(
  kernel: string,
  inputs: Inputs,
  { attributes = {}, composed }: { readonly attributes?: Attributes; composed(): Tensor },
): Tensor {
  return hasKernel(kernel) ? tf.engine().runKernel(kernel, { ...inputs }, attributes) : composed();
}

/** The same for a kernel of several results. */
export function fusedList(
  kernel: string,
  inputs: Inputs,
  { attributes = {}, composed }: { readonly attributes?: Attributes; composed(): Tensor[] },
): Tensor[] {
  return hasKernel(kernel) ? tf.engine().runKernel(kernel, { ...inputs }, attributes) : composed();
}

/** Whether someone is taking gradients of what is computed now. */
export const isDifferentiated = (): boolean => tf.engine().state.gradientDepth > 0;

/** Whether the backend has this kernel of ours. */
export const hasKernel = (kernel: string): boolean => Boolean(tf.getKernel(kernel, tf.getBackend()));

export type Save = (tensors: Tensor[]) => void;

/**
 * An op with a gradient by hand.
 * @param forward computes the value and saves what the gradient needs: tensors of its own do not outlive it otherwise
 * @param backward from the value's gradient and what was saved to one gradient an input
 */
export function withGradient(
  inputs: readonly Tensor[],
  forward: (save: Save) => Tensor,
  backward: (dy: Tensor, saved: Tensor[]) => Tensor[],
): Tensor {
  const op = tf.customGrad((...args) => ({
    value: forward(args.at(-1) as unknown as Save),
    gradFunc: backward,
  }));
  return op(...inputs);
}
