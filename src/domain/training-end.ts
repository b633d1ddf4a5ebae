import type { Failure } from './trial.ts';

/** Thrown inside a trial: the trial fails with this kind and message. */
export class TrialFailure extends Error {
  readonly failure: Failure;
  constructor(kind: Failure['kind'], message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = 'TrialFailure';
    this.failure = { kind, message };
  }
}

/** Thrown inside a trial whose program ended and left no result: the trial's process ends in the same way. */
export class ProgramEnded extends Error {
  /** As a shell has it: 128 + the signal's number for a program that a signal ended. */
  readonly exitCode: number;
  constructor(exitCode: number) {
    super(`the program ended with exit code ${exitCode}`);
    this.name = 'ProgramEnded';
    this.exitCode = exitCode;
  }
}

/** The reason of an abort: the trial is asked to stop. */
export class StopRequested extends Error {
  /** The engine's reason, or null for a signal that came from elsewhere. */
  readonly byEngine: string | null;
  constructor(byEngine: string | null) {
    super(`asked to stop: ${byEngine ?? 'SIGTERM'}`);
    this.name = 'StopRequested';
    this.byEngine = byEngine;
  }
}
