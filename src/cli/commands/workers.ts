import type { Storage } from '../../domain/ports.ts';
import type { Study } from '../../domain/study.ts';
import { spoolFolder } from '../../protocol/index.ts';
import { defineCommand } from '../command.ts';
import { surveyWorkers, withStorage } from '../compose.ts';
import { studyOptions } from '../output/next-command.ts';
import { plain } from '../output/plain.ts';
import { printListing } from '../output/print-listing.ts';
import { workerListing } from '../output/worker-listing.ts';
import { findRunsDir, RUNS_DIR_OPTION } from '../runs-folder.ts';
import { findStudy } from '../which-study.ts';

/** `hpo workers`: who works for a study's search on a cluster. */
export default defineCommand({
  name: 'workers',
  summary: 'Show who works for a search on a cluster: job, machine, state, trial',
  positionals: {},
  options: {
    all: { kind: 'flag', describe: 'also workers that have left' },
    runsDir: RUNS_DIR_OPTION,
  },
  examples: ['workers', 'workers --study sentiment -f json', 'workers --all'],
  run: (args, io) =>
    withStorage(args, { create: false, warn: io.warn }, async (storage) => {
      const study = await findStudy(storage, args.study);
      const { workers, trouble } = await surveyWorkers(await findSpool(storage, study, args.runsDir));
      const shown = workers.filter(({ state }) => args.all === true || state !== 'left');
      if (trouble !== null) io.warn(`jobs that have not begun are not listed: ${trouble}`);
      printListing(io, workerListing(shown));
      const options = studyOptions(io, args, study.name);
      if (shown.length === 0) io.note(`nobody works for ${plain(study.name)} on a cluster now`);
      io.next(
        shown.length === 0 ? `hpo optimize ${options} --launcher slurm --workers 4` : `hpo trials ${options}`,
      );
      return 0;
    }),
});

/** Where the coordinator and the workers of a study meet. */
export async function findSpool(
  storage: Storage,
  study: Study,
  runsDir: string | undefined,
): Promise<string> {
  const trials = await storage.getTrials(study.id);
  return spoolFolder(await findRunsDir(storage, trials.at(-1), runsDir), study.uuid);
}
