import { createHash } from 'node:crypto';
import type { Dataset, Document } from '../domain/dataset.ts';
import { DataError } from '../domain/errors.ts';
import type { DataRef } from '../domain/study.ts';
import { DEFAULT_LABEL_PREFIX, type LineProblem, type ReaderOptions, type RecordBatch } from './format.ts';
import { FORMATS, isFormatName } from './formats.ts';
import { openBytes } from './open-bytes.ts';
import { readBlocks } from './text-blocks.ts';

/** What was wrong with a file's lines. */
export interface DataProblems {
  readonly count: number;
  /** Of these, lines that were left out; the others were repaired. */
  readonly dropped: number;
  /** The first ones in line order. */
  readonly samples: readonly { readonly line: number; readonly reason: string }[];
}

const MAX_SAMPLES = 20;

/**
 * Reads a whole data file.
 * @throws {DataError} when it has no labelled document, or has changed since it was described.
 */
export async function readDataset(ref: DataRef): Promise<{ dataset: Dataset; problems: DataProblems }> {
  const documents: Document[] = [];
  const log = startProblemLog();
  const intern = createInterner();
  for await (const batch of streamRecords(ref)) {
    log.add(batch.problems);
    for (const { text, labels } of batch.documents) documents.push({ text, labels: labels.map(intern) });
  }
  const problems = log.close();
  if (!documents.some(({ labels }) => labels.length > 0)) throw noLabels(ref, problems);
  return { dataset: createDataset(documents), problems };
}

/** One string object a label, instead of one a document. */
function createInterner(): (label: string) => string {
  const known = new Map<string, string>();
  return (label) => {
    const same = known.get(label);
    if (same === undefined) known.set(label, label);
    return same ?? label;
  };
}

/** The documents as a data set: its labels by falling count, and whether any document carries several or none. */
export function createDataset(documents: readonly Document[]): Dataset {
  const counts = new Map<string, number>();
  let multiLabel = false;
  for (const { labels } of documents) {
    if (labels.length !== 1) multiLabel = true;
    for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  const labels = [...counts.keys()].sort(
    (a, b) => counts.get(b)! - counts.get(a)! || compareCodePoints(a, b),
  );
  return { documents, labels, multiLabel };
}

/** By code point, which UTF-16 units don't follow beyond the basic plane. */
function compareCodePoints(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/**
 * The documents of a file in batches, in bounded memory.
 * @throws {DataError} at the end, when the bytes are not those that were described.
 */
export async function* streamRecords(ref: DataRef): AsyncGenerator<RecordBatch> {
  if (!isFormatName(ref.format)) throw new DataError(`${ref.path} has an unknown format "${ref.format}".`);
  const hash = createHash('sha256');
  const blocks = readBlocks(
    openBytes(ref.path, (chunk) => hash.update(chunk)),
    ref.path,
  );
  const options = ref.options as ReaderOptions;
  yield* FORMATS[ref.format].parse(blocks, { path: ref.path, options });
  if (hash.digest('hex') !== ref.sha256) {
    throw new DataError(`${ref.path} is not the file that the study was bound to: its bytes have changed.`, {
      fix: 'bring the file back, or start a new study',
    });
  }
}

/** Counts problems and keeps the first ones. */
export function startProblemLog(): { add(problems: readonly LineProblem[]): void; close(): DataProblems } {
  let [count, dropped] = [0, 0];
  const samples: { line: number; reason: string }[] = [];
  return {
    add(problems) {
      count += problems.length;
      for (const problem of problems) {
        dropped += Number(problem.dropped);
        if (samples.length < MAX_SAMPLES) samples.push({ line: problem.line, reason: problem.reason });
      }
    },
    close: () => ({ count, dropped, samples }),
  };
}

function noLabels(ref: DataRef, problems: DataProblems): DataError {
  const prefix = (ref.options as ReaderOptions).labelPrefix ?? DEFAULT_LABEL_PREFIX;
  return new DataError(`${ref.path} has no labelled document.`, {
    details: problems.samples.slice(0, 3).map(({ line, reason }) => `line ${line}: ${reason}`),
    fix:
      ref.format === 'fasttext'
        ? `begin each line with ${prefix}NAME, or give --label-prefix or --data-format`
        : 'name the column of the labels with --label-column',
  });
}
