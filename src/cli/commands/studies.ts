import { defineCommand } from '../command.ts';
import { withStorage } from '../compose.ts';
import { studyOptions } from '../output/next-command.ts';
import { printListing } from '../output/print-listing.ts';
import { studyListing } from '../output/study-listing.ts';

/** `hpo studies`: every study of the storage, or the one named by `--study`. */
export default defineCommand({
  name: 'studies',
  summary: 'List the studies, how many trials each has, and the best',
  positionals: {},
  options: {},
  examples: ['studies', 'studies -f json', 'studies --storage other.db --columns name,nTrials -f csv'],
  run: (args, io) =>
    withStorage(args, { create: false, warn: io.warn }, async (storage) => {
      const summaries = await storage.summarizeStudies();
      // HPO_STUDY says which study to work with; only the flag asks for a part of the list.
      const wanted = io.sources.get('study') === 'flag' ? await storage.loadStudy(args.study!) : null;
      const shown = wanted === null ? summaries : summaries.filter(({ study }) => study.id === wanted.id);
      printListing(io, studyListing(shown));
      const last = shown.at(-1);
      io.next(
        last === undefined
          ? 'hpo optimize --n-trials 50 --model fasttext --train T --valid V'
          : `hpo trials ${studyOptions(io, args, last.study.name)}`,
      );
      return 0;
    }),
});
