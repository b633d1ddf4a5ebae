import { resolve } from 'node:path';
import type { Document } from '../domain/dataset.ts';
import { UsageError } from '../domain/errors.ts';
import { createRng } from '../domain/random.ts';
import type { DataRef } from '../domain/study.ts';
import type { ReaderOptions } from './format.ts';
import { FORMAT_NAMES, FORMATS, type FormatName, formatOfName, isFormatName } from './formats.ts';
import { type DataProblems, readDataset, startProblemLog, streamRecords } from './read-dataset.ts';
import { splitStratified } from './stratified-split.ts';
import { type Written, writeDocuments } from './write-documents.ts';

export interface ConvertOptions {
  /** Target format; absent: what the output's name says. */
  readonly to?: string;
  /** How labels and columns are to be written; by default as they are read without options. */
  readonly writer?: ReaderOptions;
}

export interface Converted extends Written {
  readonly format: FormatName;
  readonly problems: DataProblems;
}

/** Copies a data file into another format, in bounded memory; the output appears whole or not at all. */
export async function convertData(
  ref: DataRef,
  outPath: string,
  { to, writer = {} }: ConvertOptions = {},
): Promise<Converted> {
  const format = chooseFormat(to ?? formatOfName(outPath), outPath);
  if (resolve(outPath) === ref.path) {
    throw new UsageError(`${outPath} is the input itself.`, { fix: 'name another output' });
  }
  const log = startProblemLog();
  async function* documents(): AsyncGenerator<readonly Document[]> {
    for await (const batch of streamRecords(ref)) {
      log.add(batch.problems);
      yield batch.documents;
    }
  }
  const written = await writeDocuments(outPath, format, documents(), writer);
  return { ...written, format, problems: log.close() };
}

export interface SplitOptions {
  /** Shares of the documents, 0–1; 0 leaves the part out. */
  readonly valid?: number;
  readonly test?: number;
  readonly seed?: number;
  /** Target format; absent: the input's. */
  readonly to?: string;
}

export interface SplitFile {
  readonly part: 'train' | 'valid' | 'test';
  readonly path: string;
  readonly documents: number;
}

/** Deals a data file into train, valid and test files, stratified by label, equal texts together. */
export async function splitData(
  ref: DataRef,
  outDir: string,
  { valid = 0.1, test = 0.1, seed = 0, to }: SplitOptions = {},
): Promise<{
  readonly files: readonly SplitFile[];
  readonly problems: DataProblems;
  readonly changed: number;
}> {
  if (!(valid >= 0 && test >= 0 && valid + test > 0 && valid + test < 1)) {
    throw new UsageError(
      `Shares must be 0 or more and together below 1, got valid ${valid} and test ${test}.`,
      {
        fix: '--valid 0.1 --test 0.1',
      },
    );
  }
  const format = chooseFormat(to ?? ref.format, outDir);
  const { dataset, problems } = await readDataset(ref);
  const shares = [1 - valid - test, valid, test];
  const parts = splitStratified(dataset.documents, shares, createRng(seed, 0, 'split'));
  const files: SplitFile[] = [];
  let changed = 0;
  for (const [i, part] of (['train', 'valid', 'test'] as const).entries()) {
    if (shares[i]! <= 0) continue;
    const path = resolve(outDir, part + FORMATS[format].extensions[0]);
    const written = await writeDocuments(path, format, [parts[i]!]);
    changed += written.changed;
    files.push({ part, path, documents: written.documents });
  }
  return { files, problems, changed };
}

function chooseFormat(name: string | null, outPath: string): FormatName {
  if (name !== null && isFormatName(name)) return name;
  const asked = name === null ? `The name ${outPath} tells no format.` : `There is no data format "${name}".`;
  throw new UsageError(asked, {
    details: [`formats: ${FORMAT_NAMES.join(', ')}`],
    fix: `--to ${FORMAT_NAMES[0]}`,
  });
}
