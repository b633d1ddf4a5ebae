import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ProtocolError } from './records.ts';

export interface PathHash {
  /** Of a file: of its bytes. Of a folder: of `path NUL length NUL bytes` of every file, by path in code unit order. */
  readonly sha256: string;
  /** All files together. */
  readonly bytes: number;
}

/** @throws {ProtocolError} for a symbolic link or a special file on the way. */
export async function hashPath(path: string): Promise<PathHash> {
  const hash = createHash('sha256');
  if ((await lstat(path)).isFile()) {
    const bytes = await addFile(hash, path);
    return { sha256: hash.digest('hex'), bytes };
  }
  let total = 0;
  for (const name of await listFiles(path)) {
    const { size } = await lstat(join(path, name));
    hash.update(`${name}\0${size}\0`);
    total += await addFile(hash, join(path, name));
  }
  return { sha256: hash.digest('hex'), bytes: total };
}

/** Files below a folder, relative, sorted. */
async function listFiles(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const odd = entries.find((entry) => !entry.isFile() && !entry.isDirectory());
  if (odd !== undefined) throw new ProtocolError(`${join(odd.parentPath, odd.name)} is no regular file.`);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();
}

async function addFile(hash: Hash, path: string): Promise<number> {
  let bytes = 0;
  for await (const chunk of createReadStream(path)) {
    hash.update(chunk as Buffer);
    bytes += (chunk as Buffer).length;
  }
  return bytes;
}
