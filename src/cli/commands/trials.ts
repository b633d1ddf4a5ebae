import { findFront } from '../../domain/best-trials.ts';
import { UsageError } from '../../domain/errors.ts';
import type { AttemptRecord, Storage } from '../../domain/ports.ts';
import { type FrozenTrial, TRIAL_STATES, type TrialState } from '../../domain/trial.ts';
import { defineCommand } from '../command.ts';
import { withStorage } from '../compose.ts';
import type { RowRecord } from '../output/listing.ts';
import { studyOptions } from '../output/next-command.ts';
import { printListing } from '../output/print-listing.ts';
import { sortRows } from '../output/sort-rows.ts';
import { trialListing } from '../output/trial-listing.ts';
import { toTrialRecord } from '../output/trial-record.ts';
import { findStudy } from '../which-study.ts';

/** `hpo trials`: what was tried. Also reads studies that Optuna made. */
export default defineCommand({
  name: 'trials',
  summary: 'List the trials of a study',
  positionals: {},
  options: {
    state: { kind: 'list', describe: `only trials in these states: ${TRIAL_STATES.join(', ')}` },
    sort: {
      kind: 'string',
      describe: 'by a column or path (value, durationSeconds, params.lr, metrics.f1); value: best first',
      fallback: 'number',
    },
    reverse: { kind: 'flag', describe: 'turn the order round' },
    limit: { kind: 'integer', describe: 'at most so many rows', aliases: ['head'] },
  },
  examples: [
    'trials',
    'trials --state complete --sort value --limit 10',
    'trials --state fail -f json',
    'trials -f csv --columns number,value,params.lr',
    'trials --storage sqlite:///optuna.db --study demo',
  ],
  run: (args, io) =>
    withStorage(args, { create: false, warn: io.warn }, async (storage) => {
      const states = parseStates(args.state ?? []);
      if (args.limit !== undefined && args.limit < 0) throw new UsageError('--limit must not be below 0');
      const study = await findStudy(storage, args.study);
      const trials = await storage.getTrials(study.id);
      const chosen = trials.filter((trial) => states === null || states.has(trial.state));
      const rows = sortRows(
        chosen.map((trial) => toTrialRecord(trial, [])),
        {
          by: args.sort ?? 'number',
          reverse: args.reverse ?? false,
          directions: study.directions,
        },
      );
      const shown = await addAttempts(storage, trials, rows.slice(0, args.limit ?? rows.length));
      const best = findFront(study, trials).map(({ number }) => number);
      printListing(io, trialListing(study, shown, { best, ascii: io.ascii }));
      if (shown.length < trials.length) io.note(`${shown.length} of ${trials.length} trials`);
      io.next(nextCommand(studyOptions(io, args, study.name), trials, best));
      return 0;
    }),
});

/** Attempts are read for the rows that are shown only. */
async function addAttempts(
  storage: Storage,
  trials: readonly FrozenTrial[],
  rows: readonly RowRecord[],
): Promise<RowRecord[]> {
  const byNumber = new Map(trials.map((trial) => [trial.number, trial]));
  const complete: RowRecord[] = [];
  for (const row of rows) {
    const trial = byNumber.get(row['number'] as number)!;
    const attempts: readonly AttemptRecord[] = await storage.listAttempts(trial.id);
    complete.push(toTrialRecord(trial, attempts));
  }
  return complete;
}

/** `--state complete,pruned` or the option repeated; null: all. */
function parseStates(typed: readonly string[]): Set<TrialState> | null {
  if (typed.length === 0) return null;
  const names = typed.flatMap((text) => text.split(',')).map((name) => name.trim().toLowerCase());
  const states = names.map((name) => {
    const state = TRIAL_STATES.find((known) => known === name || (name === 'failed' && known === 'fail'));
    if (state) return state;
    throw new UsageError(`--state "${name}" is not known`, {
      details: [`known: ${TRIAL_STATES.join(', ')}`],
    });
  });
  return new Set(states);
}

function nextCommand(options: string, trials: readonly FrozenTrial[], best: readonly number[]): string {
  if (best.length > 0) return `hpo best ${options}`;
  const failed = trials.find((trial) => trial.state === 'fail');
  return failed ? `hpo show ${failed.number} ${options}` : `hpo optimize --n-trials 10 ${options}`;
}
