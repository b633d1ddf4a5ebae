import { bytesOfNumber, decodeFloats, FLOAT_TYPES, type FloatType, isFloatType } from './dtypes.ts';
import type { RangeFile } from './range-file.ts';
import { quoteName, refuseCheckpoint } from './refusal.ts';

/** A tensor that stands somewhere in a file and is read when asked for. */
export interface StoredTensor {
  readonly name: string;
  /** As safetensors writes it: F32, BF16, I64 … */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Row-major. @throws {CheckpointError} it holds no floating-point numbers */
  read(): Promise<Float32Array>;
}

/** The tensors of a checkpoint, by their names in it. Who opens it closes it. */
export interface TensorFile {
  readonly path: string;
  /** Bytes of all its files. */
  readonly size: number;
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  close(): Promise<void>;
}

export const countElements = (shape: readonly number[]): number => shape.reduce((n, size) => n * size, 1);

/** @throws {CheckpointError} the dtype is none of floating-point numbers */
export function assertFloats(dtype: string, name: string, path: string): FloatType {
  if (isFloatType(dtype)) return dtype;
  return refuseCheckpoint(
    path,
    `holds ${quoteName(name)} as ${quoteName(dtype)}, not as floating-point numbers`,
    {
      details: [`read are ${FLOAT_TYPES.join(', ')}`],
      fix: 'give the checkpoint that is not quantised',
    },
  );
}

/** Bytes converted at a time. */
const CHUNK = 1 << 22;

/** `count` numbers from an offset in the file, converted piece by piece. */
export async function readFloats(
  file: RangeFile,
  { offset, count, type }: { readonly offset: number; readonly count: number; readonly type: FloatType },
): Promise<Float32Array> {
  const size = bytesOfNumber(type)!;
  // Before anything is allocated: a file cannot hold more than its length.
  if (offset + count * size > file.size) refuseCheckpoint(file.path, 'ends too early: it was cut off');
  const floats = new Float32Array(count);
  if (type === 'F32') {
    await file.readInto(new Uint8Array(floats.buffer), offset);
    return floats;
  }
  const perChunk = CHUNK / size;
  for (let at = 0; at < count; at += perChunk) {
    const n = Math.min(perChunk, count - at);
    decodeFloats(await file.read(offset + at * size, n * size), type, floats, at);
  }
  return floats;
}
