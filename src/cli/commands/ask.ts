import { defineCommand } from '../command.ts';
import { askOwnTrial, withStorage } from '../compose.ts';
import { requireSpace } from '../operations/own-trial.ts';
import { escapeControls } from '../output/escape-controls.ts';
import { studyOptions } from '../output/next-command.ts';
import { printListing } from '../output/print-listing.ts';
import { findStudy } from '../which-study.ts';

/** `hpo ask`: the next trial, for a shell that runs it itself and tells how it went. */
export default defineCommand({
  name: 'ask',
  summary: 'Take the next trial, to run it yourself; prints JSON',
  positionals: {},
  options: {},
  examples: ['ask', 'ask --study sentiment'],
  run: (args, io) =>
    withStorage(args, { create: false, warn: io.warn }, async (storage) => {
      const found = await findStudy(storage, args.study);
      const options = studyOptions(io, args, found.name);
      const study = requireSpace(found, options);
      const { number, params, token } = await askOwnTrial(study, storage);
      const row = { study: study.name, number, params, token };
      const columns = Object.keys(row).map((name) => ({ name }));
      // For programs first: without -f it is one line of JSON.
      if (io.sources.has('format')) printListing(io, { rows: [row], columns, single: true });
      else io.print(escapeControls(JSON.stringify(row)));
      io.next(`hpo tell ${number} ${options} --token ${token} --values VALUE`);
      return 0;
    }),
});
