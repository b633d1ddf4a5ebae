import { UsageError } from '../../domain/errors.ts';
import type { Storage } from '../../domain/ports.ts';
import type { Study } from '../../domain/study.ts';
import type { FrozenTrial } from '../../domain/trial.ts';
import { defineCommand } from '../command.ts';
import { withStorage } from '../compose.ts';
import { paramsOfTrial } from '../operations/enqueued-params.ts';
import { commandForWaiting } from '../operations/waiting-command.ts';
import { studyOptions } from '../output/next-command.ts';
import { printListing } from '../output/print-listing.ts';
import { findStudy } from '../which-study.ts';
import { findTrial } from '../which-trial.ts';

/** `hpo retry`: failed configurations once more, as new trials that say whom they repeat. */
export default defineCommand({
  name: 'retry',
  summary: 'Try failed trials once more',
  positionals: { numbers: { kind: 'list', describe: 'numbers of failed trials' } },
  options: { failed: { kind: 'flag', describe: 'all failed trials that were not retried yet' } },
  examples: ['retry 17', 'retry --failed'],
  run: (args, io) =>
    withStorage(args, { create: false, warn: io.warn }, async (storage) => {
      const study = await findStudy(storage, args.study);
      const options = studyOptions(io, args, study.name);
      const trials = await storage.getTrials(study.id);
      const chosen = args.failed
        ? findUnretried(trials)
        : parseNumbers(args.numbers ?? []).map((number) => findTrial(study, trials, number, options));
      if (chosen.length === 0 && !args.failed)
        throw new UsageError('which trial?', { fix: 'hpo retry NUMBER, or hpo retry --failed' });
      requireFailed(chosen, options);
      const rows = [];
      for (const trial of chosen)
        rows.push({ number: await retry(storage, study, trial), retries: trial.number });
      if (rows.length === 0) io.note('no failed trial is left to be retried');
      printListing(io, { rows, columns: [{ name: 'number' }, { name: 'retries' }] });
      io.next(rows.length === 0 ? `hpo trials ${options}` : commandForWaiting(study, options, rows.length));
      return 0;
    }),
});

/** @throws {UsageError} a word that is no trial's number, or one twice */
export function parseNumbers(words: readonly string[]): number[] {
  const numbers = words
    .flatMap((word) => word.split(','))
    .map((word) => {
      if (!/^\d{1,15}$/.test(word)) throw new UsageError(`"${word}" is no trial's number`);
      return Number(word);
    });
  if (new Set(numbers).size < numbers.length) throw new UsageError('a trial is named twice');
  return numbers;
}

function requireFailed(trials: readonly FrozenTrial[], options: string): void {
  const other = trials.find(({ state }) => state !== 'fail');
  if (other === undefined) return;
  throw new UsageError(`trial ${other.number} is ${other.state}; only failed trials are retried`, {
    fix: `the same values once more: hpo enqueue ${options} --from ${other.number}`,
  });
}

/** As Optuna's callback for failed trials marks a retry: the first of the chain, and the whole chain. */
function retry(storage: Storage, study: Study, trial: FrozenTrial): Promise<number> {
  return storage.enqueue(study.id, paramsOfTrial(trial), trial.userAttrs, {
    failed_trial: trial.systemAttrs['failed_trial'] ?? trial.number,
    retry_history: [...historyOf(trial), trial.number],
  });
}

function historyOf(trial: FrozenTrial): readonly number[] {
  const history = trial.systemAttrs['retry_history'];
  return Array.isArray(history) ? (history as readonly number[]) : [];
}

function findUnretried(trials: readonly FrozenTrial[]): readonly FrozenTrial[] {
  const retried = new Set(trials.flatMap(historyOf));
  return trials.filter(({ state, number }) => state === 'fail' && !retried.has(number));
}
