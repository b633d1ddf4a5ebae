import type { Confirmation } from '../../domain/confirmation.ts';
import type { SearchEvent, SearchSummary } from '../../domain/search-event.ts';
import type { Json } from '../../domain/trial.ts';
import { escapeControls } from './escape-controls.ts';
import type { RowRecord } from './listing.ts';
import { toTrialRecord } from './trial-record.ts';

/** An event of `--events`: one JSON object on one line. NaN and infinities become null. */
export function renderEventJson(event: SearchEvent): string {
  return escapeControls(JSON.stringify(toEventRecord(event)));
}

function toEventRecord(event: SearchEvent): RowRecord {
  switch (event.type) {
    case 'trial-started':
    case 'report':
    case 'warning':
    case 'confirm-started':
    case 'confirm-report':
      return { ...event };
    case 'confirm-finished':
      return { ...event, scores: event.scores === null ? null : { ...event.scores } };
    case 'trial-finished':
      return {
        type: event.type,
        trial: { ...toTrialRecord(event.trial, []), metrics: event.metrics },
        durationSeconds: event.durationMs / 1000,
      };
    case 'new-best':
      return {
        type: event.type,
        trial: { ...toTrialRecord(event.trial, []), metrics: event.metrics },
        improvement: event.improvement,
      };
    case 'done':
      return { type: event.type, summary: toSummaryRecord(event.summary) };
  }
}

/** What `hpo optimize -f json` prints; keys are as stable as those of a trial's record. */
export function toSummaryRecord(summary: SearchSummary): RowRecord {
  const { study, nTrials, states, best, front, confirmation, durationMs, reason } = summary;
  return {
    study,
    nTrials,
    states: states as Readonly<Record<string, Json>>,
    best: best === null ? null : toTrialRecord(best, []),
    front: front.map(({ number }) => number),
    confirmation: confirmation === null ? null : toConfirmationRecord(confirmation),
    durationSeconds: Number((durationMs / 1000).toFixed(3)),
    reason,
  };
}

/** What a confirmation found, the best mean first. */
export function toConfirmationRecord({ picked, best, candidates }: Confirmation): RowRecord {
  return { picked, best, candidates: candidates as unknown as Json };
}
