import { tf } from '../tensorflow.ts';
import { ELEMENTWISE } from './elementwise.ts';
import { FUSED } from './fused.ts';
import { Graph, type GraphValue, type ValueType } from './graph.ts';
import type { TraceKernel } from './kernel.ts';
import { MATRICES } from './matrices.ts';
import { PIECES } from './pieces.ts';
import { REDUCTIONS } from './reductions.ts';
import { SHAPING } from './shaping.ts';

/** The name under which tfjs knows the backend whose kernels compute nothing and record ONNX nodes instead. */
export const TRACING_BACKEND = 'hpo-tracing';

/** A tensor's data is the value of the graph that will hold it. */
class TracingBackend extends tf.KernelBackend {
  graph = new Graph();
  #values = new WeakMap<object, GraphValue>();

  graphValueOf(dataId: object): GraphValue {
    const value = this.#values.get(dataId);
    if (!value) throw new Error('a tensor that was not made while this graph was traced');
    return value;
  }

  hold(value: GraphValue): tf.TensorInfo {
    const dataId = {};
    this.#values.set(dataId, value);
    const dtype = value.type === 'int64' ? 'int32' : value.type;
    return { dataId, shape: [...value.shape], dtype };
  }

  override write(values: tf.BackendValues, shape: number[], dtype: tf.DataType): object {
    const type = dtype === 'int32' || dtype === 'bool' ? dtype : 'float32';
    return this.hold(constantOf(this.graph, values as ArrayLike<number>, { shape, type })).dataId;
  }

  override move(dataId: object, values: tf.BackendValues, shape: number[], dtype: tf.DataType): void {
    this.#values.set(dataId, this.graphValueOf(this.write(values, shape, dtype)));
  }

  override numDataIds = (): number => 0;
  override refCount = (): number => 1;
  override incRef = (): void => {};
  override disposeData = (): boolean => true;
  override floatPrecision = (): 32 => 32;
  override epsilon = (): number => 1e-7;
  override dispose = (): void => {};

  override readSync(): never {
    throw new Error('a traced network has no values yet: it may look at shapes only');
  }
}

function constantOf(graph: Graph, values: ArrayLike<number>, type: ValueType): GraphValue {
  const first = Number(values[0] ?? 0);
  let uniform = true;
  for (let i = 1; uniform && i < values.length; i++) uniform = Object.is(Number(values[i]), first);
  if (uniform) return graph.fill(first, type);
  return graph.data(
    type.type === 'float32' ? Float32Array.from(values) : Int32Array.from(values, Number),
    type,
  );
}

let backend: TracingBackend | null = null;

function registered(): TracingBackend {
  if (backend) return backend;
  const made = new TracingBackend();
  tf.registerBackend(TRACING_BACKEND, () => made, 0);
  const kernels = { ...ELEMENTWISE, ...SHAPING, ...PIECES, ...REDUCTIONS, ...MATRICES, ...FUSED };
  for (const [kernelName, kernel] of Object.entries(kernels)) registerTraceKernel(made, kernelName, kernel);
  backend = made;
  return made;
}

function registerTraceKernel(on: TracingBackend, kernelName: string, kernel: TraceKernel): void {
  tf.registerKernel({
    kernelName,
    backendName: TRACING_BACKEND,
    kernelFunc: ({ inputs, attrs }) => {
      const values: Record<string, GraphValue> = {};
      for (const [name, info] of Object.entries(inputs))
        if (info) values[name] = on.graphValueOf(info.dataId);
      const traced = kernel({ graph: on.graph, inputs: values, attributes: attrs ?? {} });
      return Array.isArray(traced)
        ? traced.map((value: GraphValue) => on.hold(value))
        : on.hold(traced as GraphValue);
    },
  });
}

export interface Trace {
  readonly graph: Graph;
  readonly outputs: Readonly<Record<string, GraphValue>>;
}

/**
 * Runs `build` once with tensors that stand for values of a graph. `feed` names a value that is given at every run.
 * @param options.widest how many tensors one node may split or join
 * @throws when the network uses a tfjs op that has no kernel here, or reads a tensor's values
 */
export function trace(
  build: (feed: (name: string, type: ValueType) => tf.Tensor) => Record<string, tf.Tensor>,
  { widest }: { readonly widest?: number } = {},
): Trace {
  const on = registered();
  const graph = new Graph(widest);
  on.graph = graph;
  const before = tf.getBackend() || null;
  switchTo(TRACING_BACKEND);
  try {
    const outputs: Record<string, GraphValue> = {};
    tf.tidy(() => {
      const tensors = build((name, type) =>
        tf.engine().makeTensorFromTensorInfo(on.hold(graph.feed(name, type))),
      );
      for (const [name, tensor] of Object.entries(tensors)) outputs[name] = on.graphValueOf(tensor.dataId);
    });
    return { graph, outputs };
  } finally {
    if (before) switchTo(before);
  }
}

/** Backends that exist already are switched to at once; the promise only tells so. */
function switchTo(name: string): void {
  void tf.setBackend(name);
}
