import { constants } from 'node:fs';
import {
  type FileHandle,
  lstat,
  mkdir,
  open,
  readFile,
  realpath,
  rename,
  rm,
  writeFile,
} from 'node:fs/promises';
import { join, sep } from 'node:path';
import {
  ATTEMPT_FILES,
  type AttemptControl,
  type AttemptRequest,
  encodeRecord,
  ProtocolError,
  parseRecord,
} from './records.ts';

/** `runs/<study uuid>/<number div 1000>/<number>`: at most a thousand entries a folder. */
export function trialFolder(runsDir: string, studyUuid: string, trialNumber: number): string {
  return join(runsDir, studyUuid, String(Math.floor(trialNumber / 1000)), String(trialNumber));
}

/**
 * Makes the next attempt folder of a trial by an exclusive mkdir (0700): two engines can never share one.
 * @returns its absolute path and the attempt's number, from `firstAttempt` up.
 */
export async function createAttemptFolder(
  trialDir: string,
  firstAttempt = 0,
): Promise<{ dir: string; attempt: number }> {
  await mkdir(trialDir, { recursive: true, mode: 0o700 });
  for (let attempt = firstAttempt; ; attempt++) {
    const dir = join(trialDir, String(attempt));
    try {
      await mkdir(dir, { mode: 0o700 });
      return { dir, attempt };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

/** Puts the engine's two files into a fresh attempt folder. */
export async function writeRequest(dir: string, request: AttemptRequest): Promise<void> {
  await writeRecord(dir, ATTEMPT_FILES.control, { stop: null } satisfies AttemptControl);
  await writeRecord(dir, ATTEMPT_FILES.request, request);
}

/** Tells the trial to stop, and why. */
export async function writeControl(dir: string, control: AttemptControl): Promise<void> {
  await writeRecord(dir, ATTEMPT_FILES.control, control);
}

/** Records written by this process: two that it writes at once under one name must not share a temporary file. */
let writes = 0;

/** Writes `dir/name` whole or not at all: a temporary file, then a rename. Readers never see half of it. */
export async function writeRecord(dir: string, name: string, record: unknown): Promise<void> {
  const temporary = join(dir, `.${name}.${process.pid}.${writes++}.tmp`);
  await writeFile(temporary, `${encodeRecord(record)}\n`, { mode: 0o600 });
  await rename(temporary, join(dir, name));
}

/** A record of an attempt folder, or null while it is not there. A file that is no JSON object is a ProtocolError. */
export async function readRecord<T>(dir: string, name: string): Promise<T | null> {
  const path = join(dir, name);
  let text: string;
  try {
    text = await readRegularFile(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return null;
    if (code === 'ELOOP') throw new ProtocolError(`${path} is a symbolic link.`);
    throw error;
  }
  try {
    const record = parseRecord<T>(text);
    if (typeof record === 'object' && record !== null && !Array.isArray(record)) return record;
  } catch (cause) {
    throw new ProtocolError(`${path} is not valid JSON.`, { cause });
  }
  throw new ProtocolError(`${path} holds no JSON object.`);
}

/**
 * Opens a file of an attempt folder for reading. A link planted there must not make us read something else (ELOOP), nor
 * a named pipe make us wait for its writer.
 */
export function openForReading(path: string): Promise<FileHandle> {
  return open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
}

/** No record needs more; a larger one is there to exhaust memory. */
const MAX_RECORD_BYTES = 64 << 20;

async function readRegularFile(path: string): Promise<string> {
  const file = await openForReading(path);
  try {
    const { size } = await file.stat();
    if (size > MAX_RECORD_BYTES) throw new ProtocolError(`${path} is ${size} bytes long.`);
    return await readFile(file, 'utf8');
  } finally {
    await file.close();
  }
}

/**
 * Checks that `path` lies inside `root` for real: every component below `root` exists, is owned by this user and is
 * no symbolic link. To be called before anything below `root` is read for its content or deleted.
 * @throws {ProtocolError}
 */
export async function assertInside(root: string, path: string): Promise<void> {
  const realRoot = await realpath(root);
  const parts = path.startsWith(root + sep) ? path.slice(root.length + 1).split(sep) : ['..'];
  if (parts.includes('..')) throw new ProtocolError(`${path} lies outside ${root}.`);
  let current = realRoot;
  for (const part of parts) {
    current = join(current, part);
    const facts = await lstat(current);
    if (facts.isSymbolicLink()) throw new ProtocolError(`${current} is a symbolic link; refused.`);
    if (process.getuid !== undefined && facts.uid !== process.getuid()) {
      throw new ProtocolError(`${current} belongs to another user; refused.`);
    }
  }
}

/** Removes files of an attempt that are no longer needed; what is not there is fine. */
export async function removeFromAttempt(root: string, dir: string, names: readonly string[]): Promise<void> {
  await assertInside(root, dir);
  await Promise.all(names.map((name) => rm(join(dir, name), { recursive: true, force: true })));
}
