import { describeObjective } from '../../domain/objective.ts';
import type { StudySummary } from '../../domain/ports.ts';
import type { Study } from '../../domain/study.ts';
import { TRIAL_STATES } from '../../domain/trial.ts';
import { formatMetricValue } from './goals.ts';
import type { Column, Listing, RowRecord } from './listing.ts';
import { plain } from './plain.ts';
import { formatTime } from './readable.ts';
import { toStudyRecord } from './trial-record.ts';

/** Studies as rows; the table adds what the JSON leaves to `hpo show`. */
export function studyListing(summaries: readonly StudySummary[]): Listing {
  const byName = new Map(summaries.map((summary) => [summary.study.name, summary]));
  const summaryOf = (row: RowRecord): StudySummary => byName.get(row['name'] as string)!;
  const metricOf = (row: RowRecord, i: number) => summaryOf(row).study.spec?.objectives[i]?.metric ?? '';
  return {
    rows: summaries.map(toStudyRecord),
    columns: [
      { name: 'name', title: 'STUDY', flexible: true },
      { name: 'objective', value: (row) => describeObjectives(summaryOf(row).study) },
      { name: 'nTrials', title: 'TRIALS', align: 'right' },
      ...TRIAL_STATES.filter((state) => summaries.some(({ states }) => states[state] > 0)).map(stateColumn),
      {
        name: 'best',
        align: 'right',
        show: (best, row) => {
          const { values } = best as { values: readonly number[] | null };
          return values === null
            ? ''
            : values.map((value, i) => formatMetricValue(metricOf(row, i), value)).join(' ');
        },
      },
      { name: 'best.number', title: 'TRIAL', align: 'right' },
      {
        name: 'lastStartedAt',
        title: 'LAST STARTED',
        value: (row) => isoOrNull(summaryOf(row).lastStartedAt),
        show: (iso) => formatTime(iso as string),
      },
    ],
    csvColumns: [
      { name: 'name' },
      { name: 'directions', value: (row) => (row['directions'] as readonly string[]).join(' ') },
      { name: 'nTrials' },
      ...TRIAL_STATES.map((state) => ({ name: `states.${state}` })),
      { name: 'best.number' },
      { name: 'best.value', value: (row) => (row['best'] as Best)?.values?.join(' ') ?? null },
    ],
  };
}

type Best = { readonly values: readonly number[] | null } | null;

/** `macro F0.5`; only the direction where another program made the study. */
export function describeObjectives({ spec, directions }: Study): string {
  if (spec === null) return directions.join(', ');
  return spec.objectives.map((objective) => plain(describeObjective(objective))).join(', ');
}

function stateColumn(state: string): Column {
  return { name: `states.${state}`, title: state.toUpperCase(), align: 'right' };
}

function isoOrNull(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
