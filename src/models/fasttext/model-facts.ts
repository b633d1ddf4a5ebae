import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DataError } from '../../domain/errors.ts';
import type { Normalisation } from '../../text/normalise.ts';

/** What `model.json` tells beyond the `.bin`: how texts must be prepared and scores be read. */
export interface ModelFacts {
  readonly model: 'fasttext';
  readonly labels: readonly string[];
  readonly multiLabel: boolean;
  /** Least probability of a label where there may be several; null: the top label alone. */
  readonly threshold: number | null;
  readonly normalise: Normalisation;
  readonly labelPrefix: string;
  /** The arguments with which the official program would train the same on the normalised lines. */
  readonly args: Readonly<Record<string, number | string>>;
}

export const FACTS_FILE = 'model.json';
export const MODEL_FILE = 'model.bin';
export const VECTORS_FILE = 'model.vec';

export async function writeFacts(dir: string, facts: ModelFacts): Promise<void> {
  await writeFile(join(dir, FACTS_FILE), `${JSON.stringify(facts, null, 2)}\n`);
}

export async function readFacts(dir: string): Promise<ModelFacts> {
  const path = join(dir, FACTS_FILE);
  const facts = JSON.parse(await readFile(path, 'utf8')) as ModelFacts;
  if (!Array.isArray(facts.labels) || typeof facts.labelPrefix !== 'string') {
    throw new DataError(`${path} does not describe a fastText model.`);
  }
  return facts;
}
