import { UsageError } from '../../domain/errors.ts';
import { findBestTrial } from '../../domain/study.ts';
import { isFinished } from '../../domain/trial.ts';
import { defineCommand } from '../command.ts';
import { withStorage } from '../compose.ts';
import { studyOptions } from '../output/next-command.ts';
import { printListing } from '../output/print-listing.ts';
import { findStudy } from '../which-study.ts';
import { findTrial } from '../which-trial.ts';
import { parseNumbers } from './retry.ts';

/** `hpo exclude`: trials that shall count for nothing. They stay as they are; the mark can be taken away. */
export default defineCommand({
  name: 'exclude',
  summary: 'Let finished trials count for nothing; --undo lets them count again',
  positionals: {
    numbers: { kind: 'list', describe: 'numbers of finished trials; without, the excluded are listed' },
  },
  options: { undo: { kind: 'flag', describe: 'take the mark away' } },
  examples: ['exclude 17', 'exclude 17 --undo', 'exclude'],
  run: (args, io) =>
    withStorage(args, { create: false, warn: io.warn }, async (storage) => {
      const study = await findStudy(storage, args.study);
      const options = studyOptions(io, args, study.name);
      const trials = await storage.getTrials(study.id);
      const chosen = parseNumbers(args.numbers ?? []).map((number) =>
        findTrial(study, trials, number, options),
      );
      if (args.undo && chosen.length === 0) throw new UsageError('which trial shall count again?');
      const open = chosen.find((trial) => !isFinished(trial));
      if (open !== undefined)
        throw new UsageError(`trial ${open.number} is ${open.state}; only finished trials are excluded`, {
          fix: open.state === 'running' ? `hpo stop ${open.number} ${options}` : `hpo trials ${options}`,
        });
      for (const { id } of chosen) await storage.setExcluded(id, !args.undo);
      const now = await storage.getTrials(study.id);
      const rows = now
        .filter(({ excluded, number }) => excluded || chosen.some((trial) => trial.number === number))
        .map(({ number, state, excluded }) => ({ number, state, excluded: excluded ?? false }));
      printListing(io, { rows, columns: [{ name: 'number' }, { name: 'state' }, { name: 'excluded' }] });
      io.next(`hpo ${findBestTrial(study, now) === null ? 'trials' : 'best'} ${options}`);
      return 0;
    }),
});
