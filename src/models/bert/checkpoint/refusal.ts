import { type HpoErrorOptions, UsageError } from '../../../domain/errors.ts';

/** A checkpoint that is broken, hostile or of another kind. Nothing of it was run. */
export class CheckpointError extends UsageError {}

/** @param fault goes on from the path: `is not there` */
export function refuseCheckpoint(path: string, fault: string, options: HpoErrorOptions = {}): never {
  throw new CheckpointError(`${path} ${fault}.`, options);
}

/** A name out of the file, fit for a message: short, without what a terminal would obey. */
export function quoteName(name: unknown): string {
  const text = String(name).replace(/\p{C}/gu, '�');
  return text.length > MAX_NAME ? `${text.slice(0, MAX_NAME)}…` : text;
}

const MAX_NAME = 120;

/** The first of some names, and how many more there are. */
export function quoteNames(names: readonly string[]): string {
  const shown = names.slice(0, 5).map(quoteName).join(', ');
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}
