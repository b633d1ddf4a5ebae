import type { Launcher, Model, Pruner, Sampler, Storage } from '../domain/ports.ts';
import type { SearchEvent } from '../domain/search-event.ts';

/** The implementations a search runs on; the CLI picks them in one place. */
export interface Parts {
  readonly storage: Storage;
  readonly sampler: Sampler;
  readonly pruner: Pruner;
  readonly launcher: Launcher;
  /** For first configurations and memory prediction; null where the study's trials run a model unknown here. */
  readonly model: Model | null;
}

export interface OptimizeOptions {
  /** This many more trials that end complete or pruned; null: no such limit. */
  readonly nTrials: number | null;
  /** The study's own total of complete and pruned trials; null: no such limit. */
  readonly totalTrials: number | null;
  /** No new trial after this long; running ones are stopped. */
  readonly timeoutMs: number | null;
  readonly trialTimeoutMs: number | null;
  /** Resident bytes of a trial's process tree. */
  readonly memoryLimitBytes: number | null;
  /** Trials at the same time. */
  readonly jobs: number;
  /** One slot a device, handed round; empty: trials see what the engine sees. */
  readonly gpus: readonly string[];
  /** Failed trials in a row that end the search; as does a half of all trials once there are twice as many. */
  readonly maxFailures: number;
  /** New attempts after a crash or a loss, for each trial. */
  readonly retries: number;
  /** Between SIGTERM and SIGKILL. */
  readonly graceMs: number;
  /** Absolute; holds the attempt folders. */
  readonly runsDir: string;
  /** Models kept on disk: those of the best so many trials. */
  readonly keepModels: number;
  /** At the end so many leaders at most are scored again, by several trainings each; 0: none. */
  readonly confirm: number;
  readonly threads: number;
  readonly onEvent: (event: SearchEvent) => void;
  /** Aborted by the first Ctrl-C: finish what runs, start nothing. */
  readonly drain: AbortSignal;
  /** Aborted by the second Ctrl-C or SIGTERM: stop what runs, record it, leave. */
  readonly stop: AbortSignal;
  /** Aborted when this process has to go and another engine will go on: start nothing, end no trial. */
  readonly leave?: AbortSignal;
}
