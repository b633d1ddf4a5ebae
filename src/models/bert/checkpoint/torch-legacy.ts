import { bytesOfNumber } from './dtypes.ts';
import { isKind, type PickleStorage, type PickleValue } from './pickle-values.ts';
import type { RangeFile } from './range-file.ts';
import { quoteName, refuseCheckpoint } from './refusal.ts';
import { MAX_PICKLE, type TorchArchive } from './torch-archive.ts';
import { readTorchPickle } from './torch-pickle.ts';

/*
 * The layout before PyTorch 1.6: five pickles in a row (a magic number, a version, facts about the machine, the
 * dictionary, the keys of its storages), then every storage: an int64 count and the numbers.
 */
const MAGIC = 0x1950a86a20f9469cfc6cn;
const VERSION = 1001;

export async function openLegacyArchive(file: RangeFile): Promise<TorchArchive> {
  const bytes = await file.read(0, Math.min(file.size, MAX_PICKLE));
  const values: PickleValue[] = [];
  let at = 0;
  while (values.length < 5) {
    const { value, end } = readTorchPickle(bytes, at);
    if (values.length === 0 && value !== MAGIC) refuseCheckpoint(file.path, 'is no file of PyTorch');
    values.push(value);
    at = end;
  }
  const [, version, machine, weights, keys] = values;
  if (version !== VERSION) refuseCheckpoint(file.path, 'has a version of the old layout that is not known');
  assertLittleEndian(machine, file.path);
  const starts = await walkStorages(file, at, keys, collectStorages(weights));
  return {
    weights: weights!,
    locate: async ({ key }) =>
      starts.get(key) ?? refuseCheckpoint(file.path, `lacks the numbers of storage ${quoteName(key)}`),
  };
}

function assertLittleEndian(machine: PickleValue | undefined, path: string): void {
  const entries = isKind(machine, 'dict') ? machine.entries : [];
  const little = entries.find(([name]) => name === 'little_endian')?.[1];
  if (little !== true) refuseCheckpoint(path, 'was written on a big-endian machine; that is not read');
}

function collectStorages(weights: PickleValue | undefined): ReadonlyMap<string, PickleStorage> {
  const values = isKind(weights, 'dict') ? weights.entries.map(([, value]) => value) : [];
  const tensors = values.filter((value) => isKind(value, 'tensor'));
  return new Map(tensors.map(({ storage }) => [storage.key, storage]));
}

/** Where the numbers of every storage begin. The width of a number is known only from the tensors that use it. */
async function walkStorages(
  file: RangeFile,
  start: number,
  keys: PickleValue | undefined,
  storages: ReadonlyMap<string, PickleStorage>,
): Promise<ReadonlyMap<string, number>> {
  const starts = new Map<string, number>();
  let at = start;
  for (const key of isKind(keys, 'list') ? keys.items : []) {
    const storage = typeof key === 'string' ? storages.get(key) : undefined;
    if (storage === undefined) return refuseCheckpoint(file.path, 'holds a storage that no tensor uses');
    const count = (await file.read(at, 8)).readBigInt64LE();
    if (count !== BigInt(storage.count)) {
      return refuseCheckpoint(file.path, `has ${count} numbers where a tensor expects ${storage.count}`);
    }
    starts.set(storage.key, at + 8);
    at += 8 + storage.count * bytesOfNumber(storage.dtype)!;
  }
  if (at > file.size)
    refuseCheckpoint(file.path, 'ends too early: it was cut off', { fix: 'download it again' });
  return starts;
}
