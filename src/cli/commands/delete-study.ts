import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '../../domain/errors.ts';
import { defineCommand } from '../command.ts';
import { findLiveEngines, withStorage } from '../compose.ts';
import { studyOptions } from '../output/next-command.ts';
import { plain } from '../output/plain.ts';
import { printListing } from '../output/print-listing.ts';
import { checkFolder, findRunsDir, RUNS_DIR_OPTION } from '../runs-folder.ts';

/** `hpo delete-study --study NAME --yes`: the study, its trials and their folders, for good. */
export default defineCommand({
  name: 'delete-study',
  summary: 'Delete a study, its trials and their folders',
  positionals: {},
  options: {
    yes: { kind: 'flag', describe: 'really do it' },
    force: { kind: 'flag', describe: 'even while trials run' },
    keepRuns: { kind: 'flag', describe: 'leave the folders of its trials' },
    runsDir: RUNS_DIR_OPTION,
  },
  examples: ['delete-study --study old --yes', 'delete-study --study old --yes --keep-runs'],
  run: (args, io) =>
    withStorage(args, { create: false, warn: io.warn }, async (storage) => {
      if (args.study === undefined)
        throw new UsageError('which study is to be deleted?', {
          fix: '--study NAME; hpo studies lists them',
        });
      const study = await storage.loadStudy(args.study);
      const options = studyOptions(io, args, study.name);
      const trials = await storage.getTrials(study.id);
      const runsDir = await findRunsDir(storage, trials.at(-1), args.runsDir);
      const { engines } = await findLiveEngines(storage, study, runsDir);
      const running = engines.flatMap((engine) => engine.trials);
      if (engines.length > 0 && !args.force)
        throw new UsageError(`study "${study.name}" is being searched: ${running.length} trials run`, {
          fix: `hpo stop ${options} --wait, or --force`,
        });
      const folder = args.keepRuns ? null : await checkFolder(runsDir, join(runsDir, study.uuid));
      const what = `study "${study.name}" with ${trials.length} trials${folder === null ? '' : ` and the folder ${folder}`}`;
      if (!args.yes)
        throw new UsageError(`this deletes ${what} for good`, { fix: `hpo delete-study ${options} --yes` });
      await storage.deleteStudy(study.id);
      if (folder !== null) await rm(folder, { recursive: true, force: true });
      if (io.format === 'table') io.print(`deleted ${plain(what)}`);
      else {
        const row = { name: study.name, nTrials: trials.length, folder };
        printListing(io, { rows: [row], columns: Object.keys(row).map((name) => ({ name })), single: true });
      }
      io.next('hpo studies');
      return 0;
    }),
});
