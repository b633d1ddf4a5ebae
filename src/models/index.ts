import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NotFoundError, UsageError } from '../domain/errors.ts';
import type { Model, Predictor } from '../domain/ports.ts';

/** All models; each loads when it is first used, so that a trial imports its own only. */
export const MODELS = {
  fasttext: async () => (await import('./fasttext/index.ts')).model,
  linear: async () => (await import('./linear/index.ts')).model,
  command: async () => (await import('./command/index.ts')).model,
} satisfies Record<string, () => Promise<Model>>;

export const MODEL_NAMES = Object.keys(MODELS) as readonly (keyof typeof MODELS)[];

/** @throws {UsageError} naming the models that there are. */
export async function loadModel(name: string): Promise<Model> {
  if (!Object.hasOwn(MODELS, name)) {
    throw new UsageError(`No model "${name}".`, { details: [`known: ${MODEL_NAMES.join(', ')}`] });
  }
  return MODELS[name as keyof typeof MODELS]();
}

/** The exported model in `dir`, whichever it is. */
export async function loadPredictor(dir: string): Promise<Predictor> {
  const name = await readModelName(dir);
  return (await loadModel(name)).loadPredictor(dir);
}

async function readModelName(dir: string): Promise<string> {
  const path = join(dir, 'model.json');
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new NotFoundError(`There is no model in ${dir}: ${path} cannot be read.`, {
      fix: 'hpo best --export DIR writes one',
      cause,
    });
  }
  const facts = parseObject(text);
  if (typeof facts?.['model'] === 'string') return facts['model'];
  throw new UsageError(`${path} does not say which model it is.`);
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
