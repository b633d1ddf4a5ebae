import { StorageError } from '../domain/errors.ts';

/** Carries the code that a full disk gives everywhere else, so that one check knows all of them. */
export class DiskFullError extends StorageError {
  readonly code = 'ENOSPC';
}
