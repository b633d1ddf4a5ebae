import { bytesOfNumber } from './dtypes.ts';
import { PickleError } from './pickle.ts';
import { isKind, type PickleTensor, type PickleValue } from './pickle-values.ts';
import { openRangeFile, type RangeFile } from './range-file.ts';
import { quoteName, refuseCheckpoint } from './refusal.ts';
import { gatherStrided, isContiguous } from './strided.ts';
import {
  assertFloats,
  countElements,
  readFloats,
  type StoredTensor,
  type TensorFile,
} from './tensor-file.ts';
import { openZipArchive, type TorchArchive } from './torch-archive.ts';

import { openLegacyArchive } from './torch-legacy.ts';

/** `torch.save` of a dictionary of tensors, read without running anything. @throws {CheckpointError} */
export async function openTorchFile(path: string): Promise<TensorFile> {
  const file = await openRangeFile(path);
  try {
    const archive = await readArchive(file);
    const { weights } = archive;
    if (!isKind(weights, 'dict')) return refuseCheckpoint(path, 'holds no dictionary of tensors');
    const tensors = new Map<string, StoredTensor>();
    for (const [name, value] of weights.entries) {
      if (typeof name !== 'string' || !isKind(value, 'tensor')) {
        return refuseCheckpoint(path, `holds under ${quoteName(keyOf(name))} what is no tensor`, {
          fix: 'save only the state dictionary of the model',
        });
      }
      tensors.set(name, storedTensor(name, value, archive, file));
    }
    return { path, size: file.size, tensors, close: () => file.close() };
  } catch (error) {
    await file.close();
    if (error instanceof PickleError) refusePickle(path, error);
    throw error;
  }
}

const ZIP_START = 0x504b0304;

async function readArchive(file: RangeFile): Promise<TorchArchive> {
  if (file.size < 4) refuseCheckpoint(file.path, 'is too short to be a file of PyTorch');
  const start = (await file.read(0, 4)).readUInt32BE();
  return start === ZIP_START ? openZipArchive(file) : openLegacyArchive(file);
}

const keyOf = (name: PickleValue): unknown => (typeof name === 'object' ? 'a key that is no text' : name);

function refusePickle(path: string, cause: PickleError): never {
  refuseCheckpoint(path, `is no plain checkpoint: its pickle ${cause.message}`, {
    cause,
    details: ['nothing of it was run'],
    fix: 'use a model.safetensors, or a checkpoint from a source you trust',
  });
}

function storedTensor(
  name: string,
  { storage, offset, shape, strides }: PickleTensor,
  archive: TorchArchive,
  file: RangeFile,
): StoredTensor {
  return {
    name,
    dtype: storage.dtype,
    shape,
    async read() {
      const type = assertFloats(storage.dtype, name, file.path);
      const start = (await archive.locate(storage)) + offset * bytesOfNumber(type)!;
      const read = (count: number) => readFloats(file, { offset: start, count, type });
      const count = countElements(shape);
      if (count === 0 || isContiguous(shape, strides)) return read(count);
      const span = 1 + shape.reduce((sum, size, i) => sum + (size - 1) * strides[i]!, 0);
      return gatherStrided(await read(span), shape, strides);
    },
  };
}
