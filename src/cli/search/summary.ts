import type { Confirmation } from '../../domain/confirmation.ts';
import type { SearchSummary } from '../../domain/search-event.ts';
import type { BoundStudy } from '../../domain/study.ts';
import { metricsOf } from '../../domain/trial.ts';
import { confirmationLines, describePick } from '../output/confirmation-text.ts';
import { toSummaryRecord } from '../output/event-record.ts';
import type { Io } from '../output/io.ts';
import { formatSideMetrics } from '../output/live/render.ts';
import { plain } from '../output/plain.ts';
import { printListing } from '../output/print-listing.ts';
import { formatDuration, formatPairs } from '../output/readable.ts';
import { valueText } from '../output/trial-facts.ts';

/** The result of a search on stdout. With `--events` the last event has said it already. */
export function printSummary(io: Io, study: BoundStudy, summary: SearchSummary): void {
  if (io.events) return;
  if (io.format === 'table') io.print(renderSummary(study, summary).join('\n'));
  else
    printListing(io, {
      rows: [toSummaryRecord(summary)],
      columns: [{ name: 'study' }, { name: 'nTrials' }, { name: 'best.number' }, { name: 'durationSeconds' }],
      single: true,
    });
}

function renderSummary(
  { spec, name }: BoundStudy,
  { states, best, front, confirmation, nTrials, durationMs }: SearchSummary,
): string[] {
  const counts = `${states.complete} complete, ${states.pruned} pruned, ${states.fail} failed`;
  const run = `${nTrials} ${nTrials === 1 ? 'trial' : 'trials'} in ${formatDuration(durationMs / 1000)}; study ${plain(name)} has ${counts}`;
  if (best?.state !== 'complete') {
    return [states.complete > 0 ? 'no trial keeps the constraints yet' : 'no complete trial yet', run];
  }
  if (spec.objectives.length > 1) {
    const shown = `best by ${plain(spec.objectives[0]!.metric)}: trial ${best.number}  ${valueText({ spec }, best)}`;
    return [
      `front of ${front.length} ${front.length === 1 ? 'trial' : 'trials'}; ${shown}`,
      `  ${formatPairs(best.params)}`,
      run,
    ];
  }
  const objective = spec.objectives[0]!;
  return [
    `best: trial ${best.number}  ${valueText({ spec }, best)}  ${formatSideMetrics({ metrics: metricsOf(best) }, objective.metric)}`,
    `  ${formatPairs(best.params)}`,
    ...(confirmation === null ? [] : renderConfirmation(confirmation, objective.metric)),
    run,
  ];
}

function renderConfirmation(confirmation: Confirmation, metric: string): string[] {
  const leaders = confirmationLines(confirmation, metric).map((line) => `  ${line}`);
  return [`confirmed: trial ${confirmation.picked}, ${describePick(confirmation)}`, ...leaders];
}
