import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ProtocolError, readRecord, writeRecord } from '../../protocol/index.ts';

/*
 * A training's state on disk. Files are written under new names and the list of them, with their hashes, is put in place
 * last, by a rename: whenever the process dies, the list tells of files that are all there. The list is also what a new
 * attempt's copy is checked against (docs/trial-protocol.md).
 */

const MANIFEST = 'manifest.json';

interface Manifest {
  readonly files: Readonly<Record<string, string>>;
  /** Of which training it is: parameters, data, seed. */
  readonly fingerprint: string;
  /** Name on disk of each part. */
  readonly parts: Readonly<Record<string, string>>;
}

/** Parts by name; one that is the same array as last time is not written again. */
export type CheckpointParts = Readonly<Record<string, Uint8Array>>;

export interface CheckpointStore {
  save(parts: CheckpointParts): Promise<void>;
  /** The latest one of this very training; null: there is none, or it is damaged. */
  load(): Promise<Record<string, Uint8Array> | null>;
}

export function openCheckpoints(dir: string, fingerprint: string): CheckpointStore {
  let written = new Map<
    string,
    { readonly bytes: Uint8Array; readonly file: string; readonly sha256: string }
  >();
  let count = 0;
  return {
    async save(parts) {
      await mkdir(dir, { recursive: true, mode: 0o700 });
      count++;
      const next: typeof written = new Map();
      for (const [name, bytes] of Object.entries(parts)) {
        const known = written.get(name);
        if (known?.bytes === bytes) {
          next.set(name, known);
          continue;
        }
        const file = `${name}-${process.pid}-${count}.bin`;
        await writeFile(join(dir, `${file}.tmp`), bytes, { mode: 0o600 });
        await rename(join(dir, `${file}.tmp`), join(dir, file));
        next.set(name, { bytes, file, sha256: hashOf(bytes) });
      }
      await writeRecord(dir, MANIFEST, toManifest(next, fingerprint));
      written = next;
      await removeOthers(
        dir,
        [...next.values()].map(({ file }) => file),
      );
    },
    load: () => readCheckpoint(dir, fingerprint),
  };
}

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function toManifest(
  parts: ReadonlyMap<string, { readonly file: string; readonly sha256: string }>,
  fingerprint: string,
): Manifest {
  return {
    files: Object.fromEntries([...parts.values()].map(({ file, sha256 }) => [file, sha256])),
    fingerprint,
    parts: Object.fromEntries([...parts].map(([name, { file }]) => [name, file])),
  };
}

/** Files of earlier checkpoints, and what a death left half-written. */
async function removeOthers(dir: string, kept: readonly string[]): Promise<void> {
  const others = (await readdir(dir)).filter((name) => /\.bin(\.tmp)?$/.test(name) && !kept.includes(name));
  await Promise.all(others.map((name) => rm(join(dir, name), { force: true })));
}

async function readCheckpoint(dir: string, fingerprint: string): Promise<Record<string, Uint8Array> | null> {
  try {
    const manifest = await readRecord<Manifest>(dir, MANIFEST);
    if (manifest === null || manifest.fingerprint !== fingerprint) return null;
    const parts: Record<string, Uint8Array> = {};
    for (const [name, file] of Object.entries(manifest.parts)) {
      const bytes = await readFile(join(dir, file));
      if (hashOf(bytes) !== manifest.files[file]) return null;
      parts[name] = bytes;
    }
    return parts;
  } catch (error) {
    if (error instanceof ProtocolError || (error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
