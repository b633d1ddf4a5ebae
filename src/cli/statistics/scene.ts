import type { Storage } from '../../domain/ports.ts';
import type { Study } from '../../domain/study.ts';
import type { FrozenTrial } from '../../domain/trial.ts';

/** A study with all its trials, and where they worked. */
export interface Scene {
  readonly study: Study;
  readonly storage: Storage;
  readonly trials: readonly FrozenTrial[];
  /** Holds the trials' folders; absolute. */
  readonly runsDir: string;
}
