import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { ValidationPredictions } from '../domain/validation-predictions.ts';
import { openForReading } from './attempt-folder.ts';
import { ATTEMPT_FILES, ProtocolError } from './records.ts';

/** What a file of 20,000 documents needs is a tenth of this; more is there to exhaust memory. */
const MAX_BYTES = 32 << 20;

/** Keeps a model's validation predictions in its attempt folder, as gzipped JSON, whole or not at all. */
export async function writePredictions(dir: string, predictions: ValidationPredictions): Promise<void> {
  const path = join(dir, ATTEMPT_FILES.predictions);
  const bytes = await promisify(gzip)(JSON.stringify({ version: 1, ...predictions }));
  await writeFile(`${path}.tmp`, bytes, { mode: 0o600 });
  await rename(`${path}.tmp`, path);
}

/** What {@link writePredictions} kept, or null where there is none. @throws {ProtocolError} it is something else */
export async function readPredictions(dir: string): Promise<ValidationPredictions | null> {
  const path = join(dir, ATTEMPT_FILES.predictions);
  try {
    return parsePredictions(JSON.parse(await readBounded(path)), path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
    if (cause instanceof ProtocolError) throw cause;
    throw new ProtocolError(`${path} cannot be read: ${(cause as Error).message}`, { cause });
  }
}

async function readBounded(path: string): Promise<string> {
  const file = await openForReading(path);
  try {
    const facts = await file.stat();
    if (!facts.isFile() || facts.size > MAX_BYTES) throw new ProtocolError(`${path} is no predictions file.`);
    const text = await promisify(gunzip)(await file.readFile(), { maxOutputLength: MAX_BYTES });
    return text.toString('utf8');
  } finally {
    await file.close();
  }
}

function parsePredictions(raw: unknown, path: string): ValidationPredictions {
  const file = (typeof raw === 'object' && raw !== null ? raw : {}) as Partial<
    Record<keyof ValidationPredictions, unknown>
  >;
  const { dataSha256, documents, positions, labels, multiLabel, threshold, gold, predicted, top } = file;
  const nLabels = Array.isArray(labels) ? labels.length : 0;
  const isLabel = (label: unknown): boolean => Number.isInteger(label) && Number(label) < nLabels;
  const isSet = (set: unknown): boolean => Array.isArray(set) && set.every(isLabel);
  const isRows = (rows: unknown, holds: (row: unknown) => boolean): boolean =>
    Array.isArray(rows) && rows.length === (positions as unknown[]).length && rows.every(holds);
  const isSound =
    typeof dataSha256 === 'string' &&
    Number.isInteger(documents) &&
    Array.isArray(positions) &&
    positions.every((position) => Number.isInteger(position) && position < Number(documents)) &&
    Array.isArray(labels) &&
    labels.every((label) => typeof label === 'string') &&
    typeof multiLabel === 'boolean' &&
    (threshold === null || typeof threshold === 'number') &&
    isRows(gold, isSet) &&
    isRows(predicted, (set) => isSet(set) && (set as number[]).every((label) => label >= 0)) &&
    isRows(top, Array.isArray);
  if (!isSound) throw new ProtocolError(`${path} holds no predictions.`);
  return file as unknown as ValidationPredictions;
}
