import { type Tensor, tf } from '../tensorflow.ts';

type Kernel = (
  inputs: Readonly<Record<string, Tensor>>,
  attributes: Readonly<Record<string, unknown>>,
) => Tensor;

/** Kernels that networks need and tfjs-backend-wasm lacks, in plain JavaScript. */
const MISSING: Readonly<Record<string, Kernel>> = {
  UnsortedSegmentSum: ({ x, segmentIds }, { numSegments }) =>
    segmentSum(x!, segmentIds!, numSegments as number),
};

export function registerMissingKernels(): void {
  for (const [kernelName, kernel] of Object.entries(MISSING)) {
    if (tf.getKernel(kernelName, 'wasm')) continue;
    tf.registerKernel({
      kernelName,
      backendName: 'wasm',
      kernelFunc: ({ inputs, attrs }) => kernel(inputs as Record<string, Tensor>, attrs ?? {}),
    });
  }
}

/** Adds up the rows of each segment: the gradient of a gather. */
function segmentSum(x: Tensor, segmentIds: Tensor, segments: number): Tensor {
  const values = tf.engine().readSync(x.dataId) as Float32Array;
  const ids = tf.engine().readSync(segmentIds.dataId) as Int32Array;
  const width = values.length / Math.max(1, ids.length);
  const sums = new Float32Array(segments * width);
  ids.forEach((id, row) => {
    for (let i = 0; i < width; i++) sums[id * width + i]! += values[row * width + i]!;
  });
  return tf.tensor(sums, [segments, ...x.shape.slice(1)], 'float32');
}
