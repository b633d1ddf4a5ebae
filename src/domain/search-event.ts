import type { Params } from './distribution.ts';
import type { FrozenTrial, Metrics, TrialState } from './trial.ts';

/** What a search tells those who watch it (live display, `--events`, dashboard), in the order it happens. */
export type SearchEvent =
  | {
      readonly type: 'trial-started';
      readonly number: number;
      readonly attempt: number;
      readonly params: Params;
      readonly worker: string;
      readonly pid: number | null;
    }
  | {
      readonly type: 'report';
      readonly number: number;
      readonly step: number;
      readonly progress: number | null;
      readonly value: number;
      readonly metrics: Metrics;
    }
  | {
      readonly type: 'trial-finished';
      readonly trial: FrozenTrial;
      readonly metrics: Metrics;
      readonly durationMs: number;
    }
  | {
      readonly type: 'new-best';
      readonly trial: FrozenTrial;
      readonly metrics: Metrics;
      readonly improvement: number | null;
    }
  | { readonly type: 'warning'; readonly message: string }
  | { readonly type: 'done'; readonly summary: SearchSummary };

export interface SearchSummary {
  readonly study: string;
  /** Trials of this run that ended complete or pruned. */
  readonly nTrials: number;
  /** Trials of the whole study by state. */
  readonly states: Readonly<Record<TrialState, number>>;
  /** The best trial that keeps its constraints; of several objectives the best by the first. */
  readonly best: FrozenTrial | null;
  /** The best trial, or the front of several objectives. */
  readonly front: readonly FrozenTrial[];
  readonly durationMs: number;
  /** Why the search ended. */
  readonly reason: 'n-trials' | 'timeout' | 'drained' | 'stopped' | 'exhausted';
}
