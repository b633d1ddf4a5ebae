import { betaOf, type Objective } from '../../domain/objective.ts';
import type { Study } from '../../domain/study.ts';
import type { Json, TrialState } from '../../domain/trial.ts';
import { formatMetricValue } from './goals.ts';
import type { Column, Listing, RowRecord } from './listing.ts';
import { plain } from './plain.ts';
import { formatDuration, formatNumber, formatPairs, formatScore } from './readable.ts';
import type { Tint } from './table.ts';

/** A shape for each state as well as a colour, for those who see no colours. */
const STATE_MARKS: Readonly<Record<TrialState, { readonly mark: string; readonly tint: Tint }>> = {
  complete: { mark: '●', tint: 'green' },
  pruned: { mark: '△', tint: 'yellow' },
  fail: { mark: '✗', tint: 'red' },
  running: { mark: '◐', tint: 'cyan' },
  waiting: { mark: '○', tint: 'dim' },
};

export interface TrialListingOptions {
  /** Numbers of the trials to mark as the best: one, or those of the front. */
  readonly best: readonly number[];
  readonly ascii: boolean;
}

/** Trials, made by `toTrialRecord`, as the columns that people want first; CSV has one column a parameter and metric. */
export function trialListing(
  study: Study,
  rows: readonly RowRecord[],
  options: TrialListingOptions,
): Listing {
  const objectives = study.spec?.objectives ?? [];
  const values = valueColumns(study.directions.length, objectives);
  return {
    rows,
    columns: [
      numberColumn(options),
      stateColumn(options.ascii),
      ...values,
      ...(wantsF1(rows, objectives) ? [F1_COLUMN] : []),
      STEP_COLUMN,
      DURATION_COLUMN,
      { name: 'params', show: (params) => formatPairs(params as RowRecord), flexible: true },
      ...(rows.some((row) => row['feasible'] === false) ? [FEASIBLE_COLUMN] : []),
      ...(rows.some((row) => row['failure'] !== null) ? [FAILURE_COLUMN] : []),
    ],
    csvColumns: [
      ...['number', 'state'].map((name) => ({ name })),
      ...values,
      ...['startedAt', 'completedAt', 'durationSeconds', 'attempts'].map((name) => ({ name })),
      { name: 'feasible' },
      ...['failure.kind', 'failure.message', 'host', 'jobId'].map((name) => ({ name })),
      ...innerColumns(rows, 'params'),
      ...innerColumns(rows, 'metrics'),
    ],
  };
}

/** `value`, or `value_0`, `value_1` … of a study with several objectives. */
function valueColumns(count: number, objectives: readonly Objective[]): Column[] {
  return Array.from({ length: count }, (_, i) => {
    const metric = objectives[i]?.metric;
    return {
      name: count === 1 ? 'value' : `value_${i}`,
      ...(metric === undefined ? {} : { title: betaOf(metric) === null ? metric : metric.toUpperCase() }),
      value: (row: RowRecord) => (row['values'] as readonly number[] | null)?.[i] ?? null,
      show: (value: Json) => formatMetricValue(metric ?? '', value as number),
      align: 'right' as const,
    };
  });
}

function numberColumn({ best, ascii }: TrialListingOptions): Column {
  return {
    name: 'number',
    title: 'TRIAL',
    align: 'right',
    show: (number) => (best.includes(number as number) ? `${ascii ? '*' : '★'} ${number}` : String(number)),
    tint: (cell) => (/^[★*]/.test(cell) ? 'bold' : null),
  };
}

function stateColumn(ascii: boolean): Column {
  return {
    name: 'state',
    show: (state) => (ascii ? String(state) : `${STATE_MARKS[state as TrialState].mark} ${state}`),
    tint: (cell) => STATE_MARKS[cell.slice(cell.lastIndexOf(' ') + 1) as TrialState]?.tint ?? null,
  };
}

const F1_COLUMN: Column = {
  name: 'metrics.f1',
  title: 'F1',
  align: 'right',
  show: (value) => formatScore(value as number),
};

const STEP_COLUMN: Column = {
  name: 'step',
  align: 'right',
  value: (row) => (row['intermediate'] as readonly (readonly [number, number])[]).at(-1)?.[0] ?? null,
};

const DURATION_COLUMN: Column = {
  name: 'durationSeconds',
  title: 'DURATION',
  align: 'right',
  show: (seconds) => formatDuration(seconds as number),
};

/** Of each constraint by how much it is broken, as a share of its bound. */
const FEASIBLE_COLUMN: Column = {
  name: 'constraints',
  title: 'BREAKS BY',
  show: (constraints) =>
    (constraints as readonly number[])
      .filter((value) => value > 0)
      .map((value) => `${formatNumber(100 * value)} %`)
      .join(', '),
};

const FAILURE_COLUMN: Column = {
  name: 'failure',
  show: (failure) => {
    const { kind, message } = failure as { kind: string; message: string };
    return plain(message === '' ? kind : `${kind}: ${message}`);
  },
  flexible: true,
};

function wantsF1(rows: readonly RowRecord[], objectives: readonly Objective[]): boolean {
  if (objectives.some(({ metric }) => metric === 'f1')) return false;
  return rows.some((row) => typeof (row['metrics'] as RowRecord)['f1'] === 'number');
}

/** A column for every key that any row has under `key`, in the order they turn up. */
function innerColumns(rows: readonly RowRecord[], key: string): Column[] {
  const names = new Set(rows.flatMap((row) => Object.keys(row[key] as RowRecord)));
  return [...names].map((name) => ({ name: `${key}.${name}` }));
}
