import { findFront } from '../domain/best-trials.ts';
import { isBetter } from '../domain/objective.ts';
import type { Storage } from '../domain/ports.ts';
import type { Study } from '../domain/study.ts';
import type { CompleteTrial, FrozenTrial } from '../domain/trial.ts';
import { noBest } from './choose-trial.ts';
import { describeVolume, measureFront } from './output/front.ts';
import type { Io } from './output/io.ts';
import type { RowRecord } from './output/listing.ts';
import { plain } from './output/plain.ts';
import { printListing } from './output/print-listing.ts';
import { trialListing } from './output/trial-listing.ts';
import { toTrialRecord } from './output/trial-record.ts';

/** A study as a command shows it. */
export interface StudyScene {
  readonly io: Io;
  readonly storage: Storage;
  readonly study: Study;
  readonly trials: readonly FrozenTrial[];
  /** What leads the next command to this study. */
  readonly options: string;
}

/** The best trade-offs of a study with several objectives, best by the first one first. @throws {NotFoundError} there are none */
export async function printFront({ io, storage, study, trials, options }: StudyScene): Promise<void> {
  const front = sortByFirst(study, findFront(study, trials));
  if (front.length === 0) throw noBest(study, trials, options);
  const rows: RowRecord[] = [];
  for (const trial of front) rows.push(toTrialRecord(trial, await storage.listAttempts(trial.id)));
  const isTable = io.format === 'table' && io.columns === null;
  const size = `${front.length} ${front.length === 1 ? 'trial' : 'trials'}`;
  if (isTable) io.print(io.colors.bold(`front of ${size} among ${trials.length} in ${plain(study.name)}`));
  printListing(io, trialListing(study, rows, { best: [], ascii: io.ascii }));
  if (isTable) io.print(`hypervolume ${describeVolume(study, measureFront(study, trials, front))}`);
  io.next(`hpo best ${options} --trial ${front[0]!.number} --export`);
}

function sortByFirst({ directions }: Study, front: readonly CompleteTrial[]): readonly CompleteTrial[] {
  const isBefore = (a: CompleteTrial, b: CompleteTrial) =>
    isBetter(directions[0]!, a.values[0]!, b.values[0]!);
  return [...front].sort((a, b) => (isBefore(a, b) ? -1 : Number(isBefore(b, a))));
}
