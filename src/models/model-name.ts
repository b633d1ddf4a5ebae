import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NotFoundError, UsageError } from '../domain/errors.ts';

/** Which model lies in a folder, by its `model.json`. @throws {NotFoundError} {UsageError} none that can be told */
export async function readModelName(dir: string): Promise<string> {
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
