import { DataError, UsageError } from '../domain/errors.ts';
import { TrialFailure } from '../domain/ports.ts';
import type { Failure } from '../domain/trial.ts';

/** What V8, Node, WebAssembly and native add-ons say when an allocation fails. */
const ALLOCATION_FAILED =
  /allocation failed|could not allocate|out of memory|invalid (typed )?array (buffer )?length|bad_alloc|maximum memory size exceeded/i;

/** What a thrown error means for the trial. */
export function describeFailure(error: unknown): Failure {
  if (error instanceof TrialFailure) return error.failure;
  if (error instanceof DataError) return { kind: 'bad-data', message: error.message };
  if (error instanceof UsageError) return { kind: 'bad-config', message: error.message };
  if (!(error instanceof Error)) return { kind: 'crash', message: `threw ${String(error)}` };
  const message = `${error.name}: ${error.message}`;
  const outOfMemory =
    codeOf(error) === 'ENOMEM' || (error instanceof RangeError && ALLOCATION_FAILED.test(error.message));
  return { kind: outOfMemory ? 'out-of-memory' : 'crash', message };
}

/** A full disk is nobody's fault: the attempt ends as if it had been preempted. */
export function isDiskFull(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT'].includes(codeOf(error) ?? '');
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | null)?.code;
}
