import type { Json } from '../domain/trial.ts';
import { parseJson } from './python-json.ts';
import type { SqlRow } from './sql.ts';

/** Sets a property under a name from outside: `__proto__` becomes a property like any other. */
export function setOwn<T>(target: Record<string, T>, name: string, value: T): void {
  if (name !== '__proto__') target[name] = value;
  else Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
}

export type AttrRow = readonly [key: string, json: string | null] & SqlRow;

export function parseAttrs(rows: readonly AttrRow[]): Record<string, Json> {
  const attrs: Record<string, Json> = {};
  for (const [key, json] of rows) setOwn(attrs, key, parseJson(json));
  return attrs;
}
