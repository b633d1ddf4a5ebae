import { UsageError } from '../../domain/errors.ts';
import type { Json } from '../../domain/trial.ts';

/**
 * `lr=0.1`, `loss=softmax`, `shuffle=false` → values by name. A value is JSON where it can be read as such, else text.
 * @param option for messages: `--fix`
 */
export function parseAssignments(texts: readonly string[], option: string): Record<string, Json> {
  const values: Record<string, Json> = {};
  for (const text of texts) {
    const at = text.indexOf('=');
    const name = text.slice(0, Math.max(at, 0)).trim();
    if (name === '')
      throw new UsageError(`${option} "${text}" is no assignment`, { fix: `${option} name=value` });
    if (name === '__proto__') throw new UsageError(`${option} cannot set "${name}"`);
    if (Object.hasOwn(values, name)) throw new UsageError(`${option} sets "${name}" twice`);
    values[name] = parseLooseJson(text.slice(at + 1).trim());
  }
  return values;
}

function parseLooseJson(text: string): Json {
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return Number(text);
  try {
    // A "__proto__" inside an object would become its prototype where it is copied later.
    return JSON.parse(text, (key, value) => (key === '__proto__' ? undefined : value)) as Json;
  } catch {
    return text;
  }
}
