import type { RangeFile } from './range-file.ts';
import { quoteName, refuseCheckpoint } from './refusal.ts';

/*
 * As much of the ZIP format (PKWARE's APPNOTE 6.3) as a checkpoint of PyTorch needs: stored entries, with the 64-bit
 * extensions. Compressed entries are refused: PyTorch never writes them, and a small one can unpack to terabytes.
 */

export interface ZipEntry {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Where its local header stands. */
  readonly header: number;
}

const END = { signature: 0x06054b50, length: 22 };
const END64 = { signature: 0x06064b50, length: 56 };
const LOCATOR64 = { signature: 0x07064b50, length: 20 };
const CENTRAL = { signature: 0x02014b50, length: 46 };
const LOCAL = { signature: 0x04034b50, length: 30 };
const MAX_COMMENT = 0xffff;
/** A model of a thousand layers has 16,000 tensors. */
const MAX_DIRECTORY = 8 << 20;
const MAX32 = 0xffffffff;

/** By name. @throws {CheckpointError} damaged, encrypted, or with compressed entries */
export async function readZipDirectory(file: RangeFile): Promise<ReadonlyMap<string, ZipEntry>> {
  const { offset, length, count } = await findDirectory(file);
  if (length > MAX_DIRECTORY) {
    refuseCheckpoint(file.path, `has a zip directory of ${length} bytes: it is damaged or hostile`);
  }
  const bytes = await file.read(offset, length);
  const entries = new Map<string, ZipEntry>();
  for (let at = 0; at < length; ) {
    const { entry, next } = parseEntry(bytes, at, file.path);
    if (entries.has(entry.name)) refuseCheckpoint(file.path, `holds ${quoteName(entry.name)} twice`);
    entries.set(entry.name, entry);
    at = next;
  }
  if (entries.size !== count) damaged(file.path, `${entries.size} of ${count} entries`);
  return entries;
}

/** Where an entry's bytes begin. @throws {CheckpointError} they are not within the file */
export async function findZipData(file: RangeFile, entry: ZipEntry): Promise<number> {
  const local = await file.read(entry.header, LOCAL.length);
  if (local.readUInt32LE() !== LOCAL.signature) damaged(file.path, quoteName(entry.name));
  const start = entry.header + LOCAL.length + local.readUInt16LE(26) + local.readUInt16LE(28);
  if (start + entry.size > file.size) damaged(file.path, quoteName(entry.name));
  return start;
}

interface Directory {
  readonly offset: number;
  readonly length: number;
  readonly count: number;
}

async function findDirectory(file: RangeFile): Promise<Directory> {
  const start = Math.max(0, file.size - END.length - MAX_COMMENT);
  const tail = await file.read(start, file.size - start);
  for (let at = tail.length - END.length; at >= 0; at--) {
    if (tail.readUInt32LE(at) !== END.signature) continue;
    if (at + END.length + tail.readUInt16LE(at + 20) !== tail.length) continue;
    const locator = start + at - LOCATOR64.length;
    if (locator >= 0) {
      const wide = await readDirectory64(file, await file.read(locator, LOCATOR64.length));
      if (wide !== undefined) return wide;
    }
    return {
      count: tail.readUInt16LE(at + 10),
      length: tail.readUInt32LE(at + 12),
      offset: tail.readUInt32LE(at + 16),
    };
  }
  return damaged(file.path, 'no end of the directory');
}

async function readDirectory64(file: RangeFile, locator: Buffer): Promise<Directory | undefined> {
  if (locator.readUInt32LE() !== LOCATOR64.signature) return undefined;
  const end = await file.read(uint64(locator, 8, file.path), END64.length);
  if (end.readUInt32LE() !== END64.signature) return damaged(file.path, 'the 64-bit end of the directory');
  const [count, length, offset] = [32, 40, 48].map((at) => uint64(end, at, file.path)) as [
    number,
    number,
    number,
  ];
  return { count, length, offset };
}

function parseEntry(bytes: Buffer, at: number, path: string): { entry: ZipEntry; next: number } {
  if (at + CENTRAL.length > bytes.length || bytes.readUInt32LE(at) !== CENTRAL.signature) {
    return damaged(path, 'the directory');
  }
  const [flags, method] = [bytes.readUInt16LE(at + 8), bytes.readUInt16LE(at + 10)];
  const nameEnd = at + CENTRAL.length + bytes.readUInt16LE(at + 28);
  const extraEnd = nameEnd + bytes.readUInt16LE(at + 30);
  const next = extraEnd + bytes.readUInt16LE(at + 32);
  if (next > bytes.length) return damaged(path, 'the directory');
  const name = bytes.toString('utf8', at + CENTRAL.length, nameEnd);
  const packed = bytes.readUInt32LE(at + 20);
  const sizes = { size: bytes.readUInt32LE(at + 24), packed, header: bytes.readUInt32LE(at + 42) };
  const wide = widen(sizes, bytes.subarray(nameEnd, extraEnd), path);
  if ((flags & 1) !== 0) refuseCheckpoint(path, `has ${quoteName(name)} encrypted`);
  if (method !== 0 || wide.packed !== wide.size) {
    refuseCheckpoint(path, `has ${quoteName(name)} compressed, as PyTorch never writes it`, {
      details: [`${wide.packed} bytes that claim to be ${wide.size}`],
      fix: 'load it once in PyTorch and save it again, if you trust it',
    });
  }
  return { entry: { name, size: wide.size, header: wide.header }, next };
}

interface Sizes {
  readonly size: number;
  readonly packed: number;
  readonly header: number;
}

/** Sizes that do not fit 32 bits stand in an extra field, in this order, only those that are needed. */
function widen(sizes: Sizes, extra: Buffer, path: string): Sizes {
  const needed = (['size', 'packed', 'header'] as const).filter((name) => sizes[name] === MAX32);
  if (needed.length === 0) return sizes;
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue;
    const field = extra.subarray(at + 4, at + 4 + extra.readUInt16LE(at + 2));
    const wide = needed.map((name, i) => [name, uint64(field, 8 * i, path)] as const);
    return { ...sizes, ...Object.fromEntries(wide) };
  }
  return damaged(path, 'the 64-bit sizes');
}

function uint64(bytes: Buffer, at: number, path: string): number {
  if (at + 8 > bytes.length) return damaged(path, 'the 64-bit sizes');
  const value = bytes.readBigUInt64LE(at);
  return value <= Number.MAX_SAFE_INTEGER ? Number(value) : damaged(path, 'the 64-bit sizes');
}

function damaged(path: string, what: string): never {
  refuseCheckpoint(path, 'is a damaged zip file', { details: [`wrong: ${what}`], fix: 'download it again' });
}
