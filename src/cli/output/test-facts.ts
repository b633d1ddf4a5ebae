import { relative } from 'node:path';
import { describeObjective, type Objective } from '../../domain/objective.ts';
import type { Json } from '../../domain/trial.ts';
import type { TestScore } from '../statistics/test-score.ts';
import type { Fact } from './facts.ts';
import type { Io } from './io.ts';
import { plain } from './plain.ts';
import { formatScore } from './readable.ts';
import { intervalText, probabilityFacts, supportText } from './story-facts.ts';
import { mainMetrics, metricsText } from './trial-facts.ts';

/** The test score for people; its title is a line of its own. */
export function testFacts(score: TestScore, objective: Objective): Fact[] {
  const { value, metrics, statistics, majority } = score;
  return [
    ['test value', value === null ? '' : `${plain(describeObjective(objective))} ${formatScore(value)}`],
    ['95 % interval', intervalText(statistics)],
    ['measured on', `${plain(score.path)}, ${supportText(statistics)}`],
    ['baselines', majority === null ? '' : `always ${plain(majority.label)} ${formatScore(majority.value)}`],
    ['metrics', metricsText(mainMetrics(metrics))],
    ...probabilityFacts(statistics),
  ];
}

/** What a person must know before believing the test score. */
export function warnOfTest(io: Io, { path, overlap, unknownLabels, statistics }: TestScore): void {
  const name = plain(relative('', path));
  if (overlap === null) io.warn(`--test: the study's data is not there; ${name} may hold documents of it`);
  else
    for (const [set, count] of [
      ['training', overlap.train],
      ['validation', overlap.valid],
    ] as const)
      if (count > 0)
        io.warn(
          `--test: ${count} of ${statistics.documents} documents of ${name} are also in the ${set} set: the score is flattered`,
        );
  const unknown = Object.entries(unknownLabels);
  if (unknown.length === 0) return;
  const shown = unknown.slice(0, 5).map(([label, count]) => `${plain(label)} (${count})`);
  io.warn(
    `--test: labels that the model does not know, always missed: ${shown.join(', ')}${unknown.length > 5 ? ', …' : ''}`,
  );
}

/** The record's keys; docs/cli.md lists them. */
export function toTestRecord(score: TestScore): { readonly [key: string]: Json } {
  const { statistics, ...rest } = score;
  return { ...statistics, ...(rest as unknown as { readonly [key: string]: Json }) };
}
