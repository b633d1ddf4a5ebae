import { reportedObjective } from '../../domain/objective.ts';
import type { AttemptRecord } from '../../domain/ports.ts';
import type { Study } from '../../domain/study.ts';
import { artifactOf, detailsOf, type FrozenTrial, type Json, type Metrics } from '../../domain/trial.ts';
import { type Story, toStoryRecord } from '../statistics/story.ts';
import type { TestScore } from '../statistics/test-score.ts';
import { type Fact, renderFacts } from './facts.ts';
import type { Listing, RowRecord } from './listing.ts';
import { plain } from './plain.ts';
import { formatBytes, formatPairs, formatTime } from './readable.ts';
import { scoreColumn, section, tableSection } from './sections.ts';
import { storyFacts } from './story-facts.ts';
import type { TableStyle } from './table.ts';
import { testFacts, toTestRecord } from './test-facts.ts';
import { detailFacts, detailSection } from './trial-details.ts';
import { trialFacts } from './trial-facts.ts';
import { toTrialRecord } from './trial-record.ts';

/** All that is known of one trial. */
export interface TrialReport {
  readonly study: Study;
  readonly trial: FrozenTrial;
  readonly attempts: readonly AttemptRecord[];
  /** All metrics of all reports, by step. */
  readonly reports: readonly { readonly step: number; readonly metrics: Metrics }[];
  /** The last lines of the last attempt's log; empty where none is kept. */
  readonly log: readonly string[];
  /** Null for a trial that has no value. */
  readonly story: Story | null;
  /** Null unless it was asked for. */
  readonly test: TestScore | null;
}

/** The trial's record, as `hpo trials` has it, and everything more. */
export function toReportRecord({ trial, attempts, reports, log, story, test }: TrialReport): RowRecord {
  return {
    ...toTrialRecord(trial, attempts),
    artifact: artifactOf(trial) as unknown as Json,
    details: detailsOf(trial),
    reports: reports.map(({ step, metrics }) => ({ step, metrics })),
    attemptRecords: attempts.map(toAttemptRecord),
    userAttrs: trial.userAttrs,
    log,
    statistics: story === null ? null : toStoryRecord(story),
    ...(test !== null && { test: toTestRecord(test) }),
  };
}

function toAttemptRecord(attempt: AttemptRecord): RowRecord {
  const {
    attempt: number,
    launcher,
    host,
    pid,
    jobId,
    gpu,
    dir,
    endedAt,
    exitCode,
    signal,
    failure,
  } = attempt;
  return {
    attempt: number,
    launcher,
    host,
    pid,
    jobId,
    gpu,
    dir,
    endedAt: endedAt === null ? null : new Date(endedAt).toISOString(),
    exitCode,
    signal,
    failure: failure === null ? null : { kind: failure.kind, message: failure.message },
  };
}

/** The report for people: facts, then a table for everything that is a list. */
export function renderReport(report: TrialReport, style: TableStyle): string {
  const { trial, attempts, log } = report;
  const record = toReportRecord(report);
  const sections = [
    section('', renderFacts(reportFacts(report, record), style)),
    tableSection('intermediate values', reportListing(report), style),
    ...testSections(report, style),
    ...Object.entries(detailsOf(trial)).map(([name, value]) =>
      detailSection(name, value, detailsOf(trial), style),
    ),
    attempts.length > 1 || trial.state !== 'complete'
      ? tableSection('attempts', attemptListing(record), style)
      : '',
    section('last lines of the log', log.map((line) => `${plain(line)}\n`).join('')),
  ];
  return sections.filter(Boolean).join('\n');
}

function testSections({ study, test }: TrialReport, style: TableStyle): string[] {
  if (test === null) return [];
  const rows = test.labelReport.map((row) => ({ ...row }));
  const confusions = test.confusions.map((row) => ({ ...row }));
  const details = { testLabelReport: rows, testConfusions: confusions };
  return [
    section('test', renderFacts(testFacts(test, study.spec!.objectives[0]!), style)),
    ...Object.entries(details).map(([name, value]) => detailSection(name, value, details, style)),
  ];
}

function reportFacts({ study, trial, story }: TrialReport, record: RowRecord): Fact[] {
  const artifact = artifactOf(trial);
  const failure = trial.state === 'fail' ? `${trial.failure.kind}: ${plain(trial.failure.message)}` : '';
  return [
    ['state', trial.state],
    ['failure', failure],
    ...trialFacts(study, trial),
    ...(story === null ? [] : storyFacts(story)),
    ['started', record['startedAt'] === null ? '' : formatTime(record['startedAt'] as string)],
    ['host', record['host'] === null ? '' : plain(String(record['host']))],
    [
      'model file',
      artifact === null
        ? ''
        : `${plain(artifact.path)}  ${plain(artifact.format)}  ${formatBytes(artifact.bytes)}`,
    ],
    ['attributes', formatPairs(trial.userAttrs)],
    ...detailFacts(detailsOf(trial)),
  ];
}

function reportListing({ study, trial, reports }: TrialReport): Listing {
  const objective = study.spec === null ? undefined : reportedObjective(study.spec).metric;
  const metrics = new Map(reports.map((report) => [report.step, report.metrics]));
  const rows = [...trial.intermediateValues]
    .sort(([a], [b]) => a - b)
    .map(([step, value]) => ({ step, value, ...metrics.get(step) }));
  const names = ['precision', 'recall', 'f1', 'f0.5', 'loss'].filter(
    (name) => name !== objective && rows.some((row) => name in row),
  );
  return { rows, columns: [{ name: 'step', align: 'right' }, ...['value', ...names].map(scoreColumn)] };
}

function attemptListing(record: RowRecord): Listing {
  return {
    rows: record['attemptRecords'] as readonly RowRecord[],
    columns: [
      { name: 'attempt', align: 'right' },
      { name: 'host' },
      { name: 'pid', align: 'right' },
      { name: 'endedAt', title: 'ENDED', show: (iso) => formatTime(iso as string) },
      { name: 'exitCode', title: 'EXIT', align: 'right' },
      { name: 'signal' },
      { name: 'failure.kind', title: 'FAILURE' },
      { name: 'dir', title: 'FOLDER', flexible: true },
    ],
  };
}
