import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '../../domain/errors.ts';
import type { Objective } from '../../domain/objective.ts';
import { plain } from '../output/plain.ts';

const FIX = 'hpo best --export DIR writes a model folder';

/** What `hpo predict` uses of an exported model's `model.json`; the model itself reads the rest. */
export interface ModelCard {
  readonly objective: Objective | null;
  readonly multiLabel: boolean;
}

/**
 * Looks whether `dir` is a model that `hpo best --export` wrote.
 * @throws {UsageError} that says what it is instead
 */
export async function readModelCard(dir: string): Promise<ModelCard> {
  const facts = await stat(dir).catch(() => null);
  if (facts === null) throw new UsageError(`--model: there is no folder ${plain(dir)}`, { fix: FIX });
  if (!facts.isDirectory()) {
    throw new UsageError(`--model: ${plain(dir)} is a file, not a model folder`, {
      details: ['a model is the folder that holds model.json'],
      fix: FIX,
    });
  }
  const text = await readFile(join(dir, 'model.json'), 'utf8').catch(() => null);
  if (text === null) throw new UsageError(`--model: ${plain(dir)} holds no model.json`, { fix: FIX });
  return parseModelCard(text, join(dir, 'model.json'));
}

function parseModelCard(text: string, path: string): ModelCard {
  let card: unknown;
  try {
    card = JSON.parse(text);
  } catch (cause) {
    throw new UsageError(`--model: ${plain(path)} is damaged: ${(cause as Error).message}`, {
      fix: FIX,
      cause,
    });
  }
  if (typeof card !== 'object' || card === null || typeof (card as { model?: unknown }).model !== 'string') {
    throw new UsageError(`--model: ${plain(path)} was not written by hpo: it names no model.`, { fix: FIX });
  }
  const { objective, objectives, multiLabel } = card as Record<string, unknown>;
  return {
    objective: asObjective(objective) ?? asObjective(Array.isArray(objectives) ? objectives[0] : null),
    multiLabel: multiLabel === true,
  };
}

function asObjective(value: unknown): Objective | null {
  const isObjective = typeof value === 'object' && value !== null && 'metric' in value && 'average' in value;
  return isObjective ? (value as Objective) : null;
}
