import type { InferenceSession } from 'onnxruntime-node';
import { type DeviceName, EngineError } from './engine.ts';
import { createSession, loadOnnxRuntime } from './engines/onnxruntime.ts';
import type { Batch } from './network.ts';

/** A saved network, ready to predict. */
export interface OnnxPredictor {
  /** Of the batch only what the model takes is read. @returns each output, row by row */
  predict(batch: Batch): Promise<Readonly<Record<string, Float32Array>>>;
  dispose(): Promise<void>;
}

/** @param bytes an ONNX model whose inputs have fixed or named sizes @throws EngineError when it is none */
export async function loadOnnx(
  bytes: Uint8Array,
  { threads = 1, device = 'auto' }: { readonly threads?: number; readonly device?: DeviceName } = {},
): Promise<OnnxPredictor> {
  const runtime = await loadOnnxRuntime(device, threads);
  const session = await createSession(runtime, bytes);
  const { Tensor } = runtime.ort;
  return {
    predict: async (batch) => {
      const feeds = Object.fromEntries(
        session.inputMetadata.map((input) => {
          const { values, shape, type } = inputOf(input, batch);
          return [input.name, new Tensor(type, values as Float32Array, shape)];
        }),
      );
      const results = await session.run(feeds);
      return Object.fromEntries(
        Object.entries(results).map(([name, { data }]) => [name, Float32Array.from(data as Float32Array)]),
      );
    },
    dispose: () => session.release(),
  };
}

function inputOf(input: InferenceSession.ValueMetadata, { arrays, dims }: Batch) {
  const values = arrays[input.name];
  if (!input.isTensor || !values) throw new EngineError(`The batch has no "${input.name}".`);
  const shape = input.shape.map((dim) => (typeof dim === 'number' ? dim : (dims[dim] ?? -1)));
  const size = shape.reduce((a, b) => a * b, 1);
  if (size !== values.length) {
    throw new EngineError(
      `"${input.name}" of shape [${input.shape}] got ${values.length} numbers with the sizes ${JSON.stringify(dims)}.`,
    );
  }
  return { values, shape, type: values instanceof Int32Array ? ('int32' as const) : ('float32' as const) };
}
