/** Exit codes of the `hpo` command; the table is in docs/cli.md. */
export const ExitCode = {
  ok: 0,
  internal: 1,
  usage: 2,
  notFound: 3,
  failureLimit: 4,
  storage: 5,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

export interface HpoErrorOptions {
  /** Further lines: what there is, what was looked at. */
  readonly details?: readonly string[];
  /** What to do next, as a command or a short sentence. */
  readonly fix?: string;
  readonly cause?: unknown;
}

/** A broken promise that a person can mend: what happened, with which value, and what to do next. */
export class HpoError extends Error {
  readonly exitCode: ExitCode = ExitCode.internal;
  readonly details: readonly string[];
  readonly fix: string | undefined;

  constructor(message: string, { details = [], fix, cause }: HpoErrorOptions = {}) {
    super(message, { cause });
    this.name = new.target.name;
    this.details = details;
    this.fix = fix;
  }
}

/** Wrong option, parameter, study file or data. */
export class UsageError extends HpoError {
  override readonly exitCode = ExitCode.usage;
}

/** The data file cannot be used: missing, empty, no labels. */
export class DataError extends UsageError {}

/** No such study, or no trial that could answer. */
export class NotFoundError extends HpoError {
  override readonly exitCode = ExitCode.notFound;
}

/** Too many trials failed. */
export class FailureLimitError extends HpoError {
  override readonly exitCode = ExitCode.failureLimit;
}

/** Another process has taken this one's place: nothing more is ours to do. */
export class SupersededError extends HpoError {
  override readonly exitCode = ExitCode.storage;
}

/** The storage is locked, newer than this program, or not ours. */
export class StorageError extends HpoError {
  override readonly exitCode = ExitCode.storage;
}
