import type { Confirmation } from './confirmation.ts';
import type { Params } from './distribution.ts';
import type { ResampledScores } from './resampling.ts';
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
  /** A leader of the search is scored again; `of` trials in all. */
  | {
      readonly type: 'confirm-started';
      readonly number: number;
      readonly of: number;
      readonly attempt: number;
      readonly params: Params;
      readonly worker: string;
      readonly pid: number | null;
    }
  /** One of its trainings has ended, with this score. */
  | {
      readonly type: 'confirm-report';
      readonly number: number;
      readonly step: number;
      readonly progress: number | null;
      readonly value: number;
      readonly metrics: Metrics;
    }
  /** `scores` is null where the trial could not be confirmed. */
  | {
      readonly type: 'confirm-finished';
      readonly number: number;
      readonly of: number;
      readonly scores: ResampledScores | null;
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
  /** Of the leaders, if it was asked for and came to an end; or an earlier one that still stands. */
  readonly confirmation: Confirmation | null;
  readonly durationMs: number;
  /** Why the search ended. */
  readonly reason: 'n-trials' | 'timeout' | 'drained' | 'stopped' | 'left' | 'exhausted';
}
