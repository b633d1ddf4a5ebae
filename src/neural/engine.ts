import { HpoError, UsageError } from '../domain/errors.ts';
import type { FeedSpec, Program } from './program.ts';

export const ENGINE_NAMES = [
  'auto',
  'onnxruntime',
  'tfjs-node-gpu',
  'tfjs-node',
  'tfjs-wasm',
  'tfjs-cpu',
] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];

export const DEVICE_NAMES = ['auto', 'cpu', 'cuda', 'webgpu'] as const;
export type DeviceName = (typeof DEVICE_NAMES)[number];

/** The engine or the device that was asked for is not installed, or does not work here. */
export class EngineMissingError extends UsageError {}

/** A graph that could not be compiled or run: a bug of the network or of the tracing backend. */
export class EngineError extends HpoError {}

export type Numbers = Float32Array | Int32Array;

export interface RunValues {
  /** Says how much room feeds and targets will need together, for who wants to hold several of their arrays at once. */
  reserve(bytes: number): void;
  /** The array of a feed: read during the run, not afterwards. */
  feed(spec: FeedSpec): Numbers;
  /** Where a result goes: an array of the shape's size. */
  target(name: string, shape: readonly number[], type: 'float32' | 'int32'): Numbers;
}

/** A program made ready for one shape of batch. */
export interface Runner {
  run(values: RunValues): Promise<void>;
  dispose(): Promise<void>;
}

/** Something that runs programs. */
export interface Engine {
  readonly name: Exclude<EngineName, 'auto'>;
  readonly device: Exclude<DeviceName, 'auto'>;
  /** For the log's first line: `onnxruntime 1.30.0 on cpu, 1 thread`. */
  readonly description: string;
  compile(program: Program): Promise<Runner>;
}

export interface EngineRequest {
  readonly engine?: EngineName;
  readonly device?: DeviceName;
  /** Of ONNX Runtime on the CPU; the others decide themselves. */
  readonly threads?: number;
}

/**
 * The engine asked for; `auto` is ONNX Runtime.
 * @throws EngineMissingError where engine or device are not to be had: nothing else is taken silently
 */
export async function openEngine({
  engine = 'auto',
  device = 'auto',
  threads = 1,
}: EngineRequest): Promise<Engine> {
  switch (engine) {
    case 'auto':
    case 'onnxruntime': {
      const { openOnnxRuntime } = await import('./engines/onnxruntime.ts');
      return openOnnxRuntime(device, threads);
    }
    case 'tfjs-node-gpu':
    case 'tfjs-node':
    case 'tfjs-wasm':
    case 'tfjs-cpu': {
      const { openEager } = await import('./engines/eager.ts');
      return openEager(engine, device);
    }
  }
}
