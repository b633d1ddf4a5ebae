import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import {
  type DeviceName,
  type Engine,
  EngineError,
  EngineMissingError,
  type Numbers,
  type Runner,
} from '../engine.ts';
import type { FeedSpec, Program } from '../program.ts';
import { tf } from '../tensorflow.ts';
import { trace } from '../tracing/backend.ts';
import { encodeModel } from '../tracing/encode.ts';
import { sizeOf, sweep, type ValueType } from '../tracing/graph.ts';

/** Each array may be moved up to the next multiple of this. */
const ALIGNMENT = 64;

type Ort = typeof import('onnxruntime-node');

export interface OrtDevice {
  readonly ort: Ort;
  readonly device: Exclude<DeviceName, 'auto'>;
  readonly threads: number;
}

/** @throws EngineMissingError when this build of ONNX Runtime has no such device */
export async function openOnnxRuntime(device: DeviceName, threads: number): Promise<Engine> {
  const found = await loadOnnxRuntime(device, threads);
  return {
    name: 'onnxruntime',
    device: found.device,
    description: `onnxruntime ${found.ort.env.versions.node ?? ''} on ${found.device}, ${threads} thread${threads === 1 ? '' : 's'}`,
    compile: (program) => compile(program, found),
  };
}

export async function loadOnnxRuntime(device: DeviceName, threads: number): Promise<OrtDevice> {
  const ort = await import('onnxruntime-node');
  // What it would print is in the error that it throws.
  ort.env.logLevel = 'fatal';
  const chosen: OrtDevice = { ort, device: device === 'auto' ? 'cpu' : device, threads };
  if (chosen.device !== 'cpu') await probe(chosen);
  return chosen;
}

/** A device may be built in and still not work here: no driver, no card. One small sum tells. */
async function probe(device: OrtDevice): Promise<void> {
  try {
    const runner = await compile((feed) => {
      const x = feed({ name: 'x', shape: [4], type: 'float32', role: { kind: 'input', input: 'x' } });
      return { sum: tf.add(x, x) };
    }, device);
    const [x, sum] = [Float32Array.of(1, 2, 3, 4), new Float32Array(4)];
    await runner.run({ reserve: () => {}, feed: () => x, target: () => sum });
    await runner.dispose();
    if (sum[3] !== 8) throw new Error('it adds wrongly');
  } catch (cause) {
    throw new EngineMissingError(`ONNX Runtime cannot use the device "${device.device}" here.`, {
      details: [String((cause as Error).message).split('\n')[0]!],
      fix: 'Leave --device out for the CPU; docs/neural.md says what the others need.',
      cause,
    });
  }
}

/** One thread, no spinning: trials run beside each other. Denormals are flushed, which is as deterministic and faster. */
function sessionOptions({ device, threads }: OrtDevice): InferenceSession.SessionOptions {
  return {
    executionProviders: [device],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    logSeverityLevel: 4,
    extra: { session: { set_denormal_as_zero: '1', intra_op: { allow_spinning: '0' } } },
  };
}

/**
 * A traced graph is as its kernels wanted it: looking for more to fuse finds nothing and takes seconds for thousands of
 * nodes. Planning memory ahead costs a third more of it than the arena does.
 */
const TRACED = { graphOptimizationLevel: 'disabled', enableMemPattern: false } as const;

/** Dawn binds ten storage buffers to a program at most; one is the tensor that is split or made. */
const WIDEST_ON_GPU = 8;

/** Traces the program, keeps what its results need, and makes a session of it. */
async function compile(program: Program, device: OrtDevice): Promise<Runner> {
  const feeds = new Map<string, FeedSpec>();
  const record = (feed: Parameters<Parameters<typeof trace>[0]>[0]) =>
    program((spec) => {
      feeds.set(spec.name, spec);
      return feed(spec.name, { shape: spec.shape, type: spec.type });
    });
  const { graph, outputs } = trace(record, device.device === 'webgpu' ? { widest: WIDEST_ON_GPU } : {});
  const nodes = sweep(graph, Object.values(outputs));
  const used = new Set(nodes.flatMap(({ inputs }) => inputs));
  const inputs = graph.feeds
    .filter((value) => used.has(value))
    .map((value) => ({ name: feedName(value.source), value }));
  const model = encodeModel({
    nodes,
    feeds: inputs,
    outputs: Object.entries(outputs).map(([name, value]) => ({ name, value })),
  });
  const session = await createSession(device, model, TRACED);
  const specs = inputs.map(({ name }) => feeds.get(name)!);
  return new SessionRunner({ ort: device.ort, session, feeds: specs, outputs });
}

function feedName(source: { readonly kind: string; readonly name?: string }): string {
  return source.name ?? '';
}

/** @throws EngineError when ONNX Runtime refuses the model */
export async function createSession(
  device: OrtDevice,
  model: Uint8Array,
  options: InferenceSession.SessionOptions = {},
): Promise<InferenceSession> {
  try {
    return await device.ort.InferenceSession.create(model, { ...sessionOptions(device), ...options });
  } catch (cause) {
    throw new EngineError(`ONNX Runtime refuses the graph: ${(cause as Error).message}`, { cause });
  }
}

interface SessionParts {
  readonly ort: Ort;
  readonly session: InferenceSession;
  readonly feeds: readonly FeedSpec[];
  readonly outputs: Readonly<Record<string, ValueType>>;
}

/** A session with the tensors that wrap its arrays; an array that comes again is not wrapped again. */
class SessionRunner implements Runner {
  readonly #ort: Ort;
  readonly #session: InferenceSession;
  readonly #feeds: readonly FeedSpec[];
  readonly #outputs: Readonly<Record<string, ValueType>>;
  /** More than what feeds and results need. */
  readonly #bytes: number;
  readonly #wrapped = new Map<string, OrtTensor>();

  constructor({ ort, session, feeds, outputs }: SessionParts) {
    this.#ort = ort;
    this.#session = session;
    this.#feeds = feeds;
    this.#outputs = outputs;
    const shapes = [...feeds, ...Object.values(outputs)].map(({ shape }) => sizeOf(shape) * 4 + ALIGNMENT);
    this.#bytes = shapes.reduce((a, b) => a + b, 0);
  }

  async run(values: Parameters<Runner['run']>[0]): Promise<void> {
    values.reserve(this.#bytes);
    const feeds: Record<string, OrtTensor> = {};
    for (const spec of this.#feeds) feeds[spec.name] = this.#wrap(spec.name, values.feed(spec), spec);
    const fetches: Record<string, OrtTensor> = {};
    for (const [name, { shape, type }] of Object.entries(this.#outputs)) {
      const kind = type === 'float32' ? 'float32' : 'int32';
      fetches[name] = this.#wrap(name, values.target(name, shape, kind), { shape, type: kind });
    }
    await this.#session.run(feeds, fetches);
  }

  async dispose(): Promise<void> {
    await this.#session.release();
  }

  #wrap(
    name: string,
    data: Numbers,
    { shape, type }: { shape: readonly number[]; type: 'float32' | 'int32' },
  ): OrtTensor {
    const known = this.#wrapped.get(name);
    if (known && known.data === data) return known;
    const tensor = new this.#ort.Tensor(type, data as Float32Array, shape);
    this.#wrapped.set(name, tensor);
    return tensor;
  }
}
