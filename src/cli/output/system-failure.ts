import { type HpoError, type HpoErrorOptions, StorageError, UsageError } from '../../domain/errors.ts';

type Failure = new (message: string, options: HpoErrorOptions) => HpoError;

/** What the operating system refuses, as a person can mend it. The rest of its codes are bugs of ours. */
const FAILURES: Readonly<Record<string, readonly [Failure: Failure, what: string, fix: string]>> = {
  ENOSPC: [StorageError, 'No space is left on the disk', 'free some space, then run the command again'],
  EDQUOT: [StorageError, 'Your share of the disk is used up', 'free some space, then run the command again'],
  EROFS: [StorageError, 'The disk cannot be written', 'name another folder'],
  EIO: [StorageError, 'The disk fails', 'check the disk: dmesg tells more'],
  EMFILE: [StorageError, 'Too many files are open', 'raise the limit (ulimit -n 4096), or fewer --jobs'],
  ENFILE: [StorageError, 'Too many files are open on this machine', 'end other programs, or fewer --jobs'],
  EAGAIN: [StorageError, 'No further process may be started', 'raise the limit (ulimit -u), or fewer --jobs'],
  ENOMEM: [StorageError, 'The machine is out of memory', 'end other programs, or fewer --jobs'],
  EACCES: [UsageError, 'Permission denied', 'check who owns it, or name another'],
  EPERM: [UsageError, 'Permission denied', 'check who owns it, or name another'],
  ENOTDIR: [UsageError, 'A file stands where a folder must be', 'name another folder'],
  ENAMETOOLONG: [UsageError, 'A name is too long', 'choose a shorter one'],
};

/** A refusal of the operating system as an error with a way out; anything else stays what it is. */
export function explainSystemFailure(error: unknown): unknown {
  const { code, syscall, path, message } = (error ?? {}) as NodeJS.ErrnoException;
  if (syscall === undefined || code === undefined || !Object.hasOwn(FAILURES, code)) return error;
  const [Failure, what, fix] = FAILURES[code]!;
  return new Failure(path === undefined ? `${what}.` : `${what}: ${path}`, {
    details: [message],
    fix,
    cause: error,
  });
}
