import { bytesOfNumber } from './dtypes.ts';
import type { PickleStorage, PickleValue } from './pickle-values.ts';
import type { RangeFile } from './range-file.ts';
import { quoteName, refuseCheckpoint } from './refusal.ts';
import { readTorchPickle } from './torch-pickle.ts';
import { findZipData, readZipDirectory } from './zip.ts';

/** A file of PyTorch, taken apart: the pickled dictionary, and where the numbers of a storage begin in the file. */
export interface TorchArchive {
  readonly weights: PickleValue;
  /** @throws {CheckpointError} there is no such storage, or it is shorter than it claims */
  locate(storage: PickleStorage): Promise<number>;
}

/** A model of a thousand layers takes a third of it. */
export const MAX_PICKLE = 8 << 20;

/** The layout since PyTorch 1.6: a zip file with `NAME/data.pkl` and a file for every storage, `NAME/data/KEY`. */
export async function openZipArchive(file: RangeFile): Promise<TorchArchive> {
  const { path } = file;
  const entries = await readZipDirectory(file);
  const pickles = [...entries.values()].filter(({ name }) => /^([^/]*\/)?data\.pkl$/.test(name));
  const [pickle] = pickles;
  if (pickle === undefined || pickles.length > 1)
    return refuseCheckpoint(path, 'is a zip file, but not of PyTorch');
  if (pickle.size > MAX_PICKLE) {
    return refuseCheckpoint(path, `has a pickle of ${pickle.size} bytes, which no weights need`);
  }
  const folder = pickle.name.slice(0, -'data.pkl'.length);
  const order = entries.get(`${folder}byteorder`);
  if (order !== undefined) await assertLittleEndian(file, await findZipData(file, order), order.size);
  const { value } = readTorchPickle(await file.read(await findZipData(file, pickle), pickle.size));
  return {
    weights: value,
    async locate({ key, dtype, count }) {
      const entry = entries.get(`${folder}data/${key}`);
      if (entry === undefined)
        return refuseCheckpoint(path, `lacks the numbers of storage ${quoteName(key)}`);
      if (entry.size !== count * bytesOfNumber(dtype)!) {
        return refuseCheckpoint(
          path,
          `has ${entry.size} bytes where storage ${quoteName(key)} claims ${count} numbers`,
        );
      }
      return findZipData(file, entry);
    },
  };
}

async function assertLittleEndian(file: RangeFile, start: number, size: number): Promise<void> {
  const order = (await file.read(start, Math.min(size, 16))).toString('latin1');
  if (order !== 'little')
    refuseCheckpoint(file.path, 'was written on a big-endian machine; that is not read');
}
