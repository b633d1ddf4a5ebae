import { createHash } from 'node:crypto';
import type { DataRef } from '../domain/study.ts';

/** What decides a file's documents: not its path. */
export function identify(ref: DataRef | null): unknown {
  if (ref === null) return null;
  return [ref.sha256, ref.format, Object.entries(ref.options).sort(([a], [b]) => (a < b ? -1 : 1))];
}

/** SHA-256 of a value's JSON text, as hex. */
export function hashJson(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
