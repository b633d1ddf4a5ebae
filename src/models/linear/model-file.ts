import { type FileHandle, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Params } from '../../domain/distribution.ts';
import { UsageError } from '../../domain/errors.ts';
import type { Objective } from '../../domain/objective.ts';
import type { SavedModel } from '../../domain/ports.ts';
import type { Normalisation } from '../../text/normalise.ts';
import type { LabelRule } from '../label-choice.ts';
import { createFeatureTable } from './feature-table.ts';
import { createVocabulary, type TfidfOptions, type Vocabulary } from './tfidf.ts';

/*
 * model.json says what the model is; linear.bin holds the numbers, little-endian: magic, version, features, labels
 * (uint32), two int32 lanes of fingerprint a feature, float32 idf a feature, float32 weights [features + 1 × labels],
 * the last row being the intercepts.
 */
export interface ModelCard extends LabelRule {
  readonly labels: readonly string[];
  readonly multiLabel: boolean;
  readonly objective: Objective;
  readonly params: Params;
  readonly normalise: Normalisation;
  readonly tfidf: TfidfOptions;
}

export interface LinearModel {
  readonly card: ModelCard;
  readonly vocabulary: Vocabulary;
  /** One row of weights a feature, then the intercepts. */
  readonly weights: Float32Array;
}

const NAME = 'linear';
const FILE = 'linear.bin';
const MAGIC = 0x4c4f5048;
const VERSION = 1;
const HEADER_LENGTH = 4;

/** Bytes of linear.bin. */
export function countModelBytes({
  vocabulary,
  weights,
}: Pick<LinearModel, 'vocabulary' | 'weights'>): number {
  return 4 * (HEADER_LENGTH + 3 * vocabulary.idf.length + weights.length);
}

export async function saveLinearModel(dir: string, model: LinearModel): Promise<SavedModel> {
  const { card, vocabulary, weights } = model;
  const header = Uint32Array.of(MAGIC, VERSION, vocabulary.idf.length, card.labels.length);
  const file = await open(join(dir, FILE), 'wx');
  try {
    for (const part of [header, vocabulary.table.fingerprints(), vocabulary.idf, weights]) {
      await file.writeFile(bytesOf(part));
    }
  } finally {
    await file.close();
  }
  await writeFile(join(dir, 'model.json'), `${JSON.stringify({ model: NAME, ...card }, null, 2)}\n`);
  return { path: FILE, format: 'hpo-linear' };
}

/** @throws {UsageError} a folder whose files are missing or damaged */
export async function loadLinearModel(dir: string): Promise<LinearModel> {
  const card = await readCard(join(dir, 'model.json'));
  const path = join(dir, FILE);
  const file = await open(path).catch((cause: unknown) => {
    throw new UsageError(`There is no readable ${path}.`, { cause, fix: 'export the model again' });
  });
  try {
    return await readNumbers(file, path, card);
  } finally {
    await file.close();
  }
}

async function readCard(path: string): Promise<ModelCard> {
  const card = JSON.parse(await readFile(path, 'utf8')) as ModelCard & { model: string };
  if (card.model === NAME && Array.isArray(card.labels) && typeof card.tfidf === 'object') return card;
  throw new UsageError(`${path} does not describe a linear model.`, { fix: 'export the model again' });
}

async function readNumbers(file: FileHandle, path: string, card: ModelCard): Promise<LinearModel> {
  const { size } = await file.stat();
  const header = await readInto(file, new Uint32Array(HEADER_LENGTH));
  const [magic, version, nFeatures, nLabels] = [...header] as [number, number, number, number];
  const expected = 4 * (HEADER_LENGTH + 3 * nFeatures + (nFeatures + 1) * nLabels);
  if (magic !== MAGIC || version !== VERSION || nLabels !== card.labels.length || size !== expected) {
    throw new UsageError(`${path} is damaged or of another version.`, {
      details: [`${size} bytes for ${nFeatures} features and ${nLabels} labels, version ${version}`],
      fix: 'export the model again',
    });
  }
  const lanes = await readInto(file, new Int32Array(2 * nFeatures));
  const idf = await readInto(file, new Float32Array(nFeatures));
  const weights = await readInto(file, new Float32Array((nFeatures + 1) * nLabels));
  const table = createFeatureTable(nFeatures, nFeatures + 1);
  for (let feature = 0; feature < nFeatures; feature++) {
    table.add(lanes[2 * feature]!, lanes[2 * feature + 1]!);
  }
  return { card, vocabulary: createVocabulary(table, idf), weights };
}

/** One read call moves at most 2 GiB and may move less. */
async function readInto<T extends Uint32Array | Int32Array | Float32Array>(
  file: FileHandle,
  array: T,
): Promise<T> {
  const bytes = bytesOf(array);
  for (let at = 0; at < bytes.length; ) {
    const { bytesRead } = await file.read(bytes, at, Math.min(bytes.length - at, 1 << 30));
    if (bytesRead === 0) break;
    at += bytesRead;
  }
  return array;
}

function bytesOf({ buffer, byteOffset, byteLength }: NodeJS.ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
