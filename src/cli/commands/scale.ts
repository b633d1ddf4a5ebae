import { UsageError } from '../../domain/errors.ts';
import { defineCommand } from '../command.ts';
import { askForWorkers, withStorage } from '../compose.ts';
import { studyOptions } from '../output/next-command.ts';
import { printListing } from '../output/print-listing.ts';
import { RUNS_DIR_OPTION } from '../runs-folder.ts';
import { findStudy } from '../which-study.ts';
import { findSpool } from './workers.ts';

/** A coordinator looks once a second; one that waits for Slurm's controller may take longer. */
const WAIT_MS = 15_000;

/** `hpo scale`: more or fewer workers for a search that runs on a cluster. */
export default defineCommand({
  name: 'scale',
  summary: 'Have more or fewer workers while a search runs on a cluster',
  positionals: {},
  options: {
    workers: { kind: 'integer', describe: 'how many there are to be' },
    runsDir: RUNS_DIR_OPTION,
  },
  examples: ['scale --workers 16', 'scale --study sentiment --workers 2'],
  run: (args, io) =>
    withStorage(args, { create: false, warn: io.warn }, async (storage) => {
      const { workers } = args;
      if (workers === undefined) throw new UsageError('how many workers?', { fix: 'hpo scale --workers 8' });
      if (workers < 1)
        throw new UsageError(`--workers must be at least 1, not ${workers}`, {
          fix: 'hpo stop ends the search once the running trials have',
        });
      const study = await findStudy(storage, args.study);
      const spool = await findSpool(storage, study, args.runsDir);
      const { before, isHeeded, coordinator } = await askForWorkers(spool, workers, WAIT_MS);
      const { host, pid } = coordinator;
      const row = { study: study.name, workers, before, isHeeded, coordinator: { host, pid } };
      const columns = ['study', 'before', 'workers'].map((name) => ({ name }));
      printListing(io, { rows: [row], columns, single: true });
      if (!isHeeded)
        io.warn(`the search (process ${pid} on ${host}) has not answered yet; it will when it looks next`);
      else if (before !== null && workers < before)
        io.note('those that wait or are idle end first, the others after their trials');
      io.next(`hpo workers ${studyOptions(io, args, study.name)}`);
      return 0;
    }),
});
