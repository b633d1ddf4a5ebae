import { bytesOfNumber } from './dtypes.ts';
import { decodeUtf8, openRangeFile, type RangeFile } from './range-file.ts';
import { quoteName, refuseCheckpoint } from './refusal.ts';
import {
  assertFloats,
  countElements,
  readFloats,
  type StoredTensor,
  type TensorFile,
} from './tensor-file.ts';

/*
 * The safetensors format: a little-endian uint64 with the header's length, the header (JSON: name → dtype, shape,
 * offsets from the header's end), the numbers. They cover the rest of the file without gaps or overlaps.
 */

/** The format's own limit. */
const MAX_HEADER = 100_000_000;

/** @throws {CheckpointError} it is no safetensors file, or a damaged one */
export async function openSafetensors(path: string): Promise<TensorFile> {
  const file = await openRangeFile(path);
  try {
    const { entries, start } = await readHeader(file);
    assertCovering(entries, file, start);
    const tensors = new Map(entries.map((entry) => [entry.name, storedTensor(entry, file, start)]));
    return { path, size: file.size, tensors, close: () => file.close() };
  } catch (error) {
    await file.close();
    throw error;
  }
}

interface Entry {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

async function readHeader(file: RangeFile): Promise<{ entries: Entry[]; start: number }> {
  const { path } = file;
  if (file.size < 8) refuseCheckpoint(path, 'is too short to be a safetensors file');
  const length = (await file.read(0, 8)).readBigUInt64LE();
  if (length > MAX_HEADER || 8n + length > BigInt(file.size)) {
    refuseCheckpoint(
      path,
      `claims a header of ${length} bytes: it is damaged, cut off or no safetensors file`,
      {
        details: [`the file has ${file.size} bytes; a header may have ${MAX_HEADER}`],
        fix: 'download it again',
      },
    );
  }
  const start = 8 + Number(length);
  const header = parseHeader(decodeUtf8(await file.read(8, Number(length)), path), path);
  const { __metadata__: _, ...tensors } = header;
  return { entries: Object.entries(tensors).map(([name, value]) => parseEntry(name, value, path)), start };
}

function parseHeader(text: string, path: string): Readonly<Record<string, unknown>> {
  try {
    const header: unknown = JSON.parse(text);
    if (typeof header === 'object' && header !== null && !Array.isArray(header)) return { ...header };
  } catch {
    // Said below; the parser's own words would quote the file.
  }
  return refuseCheckpoint(path, 'has a header that is no JSON object');
}

function parseEntry(name: string, value: unknown, path: string): Entry {
  const { dtype, shape, data_offsets } = (value ?? {}) as Record<string, unknown>;
  if (typeof dtype === 'string' && isSizes(shape) && isSizes(data_offsets) && data_offsets.length === 2) {
    const [begin, end] = data_offsets as [number, number];
    const bytes = countElements(shape) * (bytesOfNumber(dtype) ?? Number.NaN);
    if (bytes === end - begin) return { name, dtype, shape, begin, end };
  }
  return refuseCheckpoint(path, `describes ${quoteName(name)} in a way that cannot be`, {
    details: [`${quoteName(JSON.stringify(value))}`],
  });
}

const isSizes = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.length <= 16 && value.every((n) => Number.isSafeInteger(n) && n >= 0);

/** A gap could hide other data, an overlap could blow up memory, a short file is a failed download. */
function assertCovering(entries: readonly Entry[], { path, size }: RangeFile, start: number): void {
  let covered = 0;
  for (const { name, begin, end } of entries.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin < covered) refuseCheckpoint(path, `has ${quoteName(name)} overlap another tensor`);
    if (begin > covered) refuseCheckpoint(path, `has a gap before ${quoteName(name)}`);
    covered = end;
  }
  const held = size - start;
  if (covered === held) return;
  refuseCheckpoint(
    path,
    covered > held ? 'ends too early: it was cut off' : 'goes on behind its last tensor',
    {
      details: [`${held} bytes of numbers, ${covered} described`],
      fix: 'download it again',
    },
  );
}

function storedTensor({ name, dtype, shape, begin }: Entry, file: RangeFile, start: number): StoredTensor {
  return {
    name,
    dtype,
    shape,
    read: async () => {
      const type = assertFloats(dtype, name, file.path);
      return readFloats(file, { offset: start + begin, count: countElements(shape), type });
    },
  };
}
