import { relative } from 'node:path';
import type { Confirmation } from '../../domain/confirmation.ts';
import type { AttemptRecord } from '../../domain/ports.ts';
import type { Study } from '../../domain/study.ts';
import { type Artifact, type CompleteTrial, metricsOf } from '../../domain/trial.ts';
import { type Story, toStoryRecord } from '../statistics/story.ts';
import type { TestScore } from '../statistics/test-score.ts';
import { confirmationLines, describePick } from './confirmation-text.ts';
import { toConfirmationRecord } from './event-record.ts';
import { type Fact, renderFacts } from './facts.ts';
import type { RowRecord } from './listing.ts';
import { plain } from './plain.ts';
import { formatBytes } from './readable.ts';
import { storyFacts } from './story-facts.ts';
import type { TableStyle } from './table.ts';
import { testFacts, toTestRecord } from './test-facts.ts';
import { mainMetrics, trialFacts } from './trial-facts.ts';
import { toTrialRecord } from './trial-record.ts';

/** What `hpo best` tells of the trial that it is about. */
export interface BestReport {
  readonly study: Study;
  readonly trial: CompleteTrial;
  /** Of the study. */
  readonly nTrials: number;
  readonly attempts: readonly AttemptRecord[];
  /** The model that was exported; null: none was asked for. */
  readonly artifact: Artifact | null;
  /** The study's; null where there is none that stands, or nobody wants to know. */
  readonly confirmation: Confirmation | null;
  readonly story: Story;
  /** Null unless it was asked for. */
  readonly test: TestScore | null;
}

/** The trial's record, as `hpo trials` has it, with its statistics and what else was asked for. */
export function toBestRecord(report: BestReport): RowRecord {
  const { trial, attempts, artifact, confirmation, story, test } = report;
  return {
    ...toTrialRecord(trial, attempts),
    ...(artifact === null ? {} : { artifact: { ...artifact } }),
    ...(confirmation === null ? {} : { confirmation: toConfirmationRecord(confirmation) }),
    statistics: toStoryRecord(story),
    ...(test !== null && { test: toTestRecord(test) }),
  };
}

/** The same for people, without a title. */
export function renderBest(report: BestReport, style: TableStyle): string {
  const { study, trial, artifact, story, test } = report;
  const model =
    artifact && `${plain(shortPath(artifact.path))}  ${artifact.format}  ${formatBytes(artifact.bytes)}`;
  const facts: Fact[] = [
    ...trialFacts(study, trial, mainMetrics(metricsOf(trial))),
    ...confirmationFacts(report),
    ...storyFacts(story),
    ['model', model ?? ''],
  ];
  const objective = study.spec?.objectives[0];
  const sections = [renderFacts(facts, style)];
  if (test !== null && objective !== undefined) sections.push(renderFacts(testFacts(test, objective), style));
  return sections.join('\n');
}

/** Said of the picked trial alone: another one was asked for. */
function confirmationFacts({ study, trial, confirmation }: BestReport): Fact[] {
  if (confirmation?.picked !== trial.number) return [];
  const metric = study.spec?.objectives[0]?.metric;
  return [
    ['confirmed', describePick(confirmation)],
    ...confirmationLines(confirmation, metric).map((line): Fact => ['', line]),
  ];
}

/** As seen from here, where it lies below. */
function shortPath(path: string): string {
  const seen = relative('', path);
  return seen.startsWith('..') ? path : seen;
}
