import { ExitCode } from '../../domain/errors.ts';
import { defineCommand } from '../command.ts';
import { withStorage } from '../compose.ts';
import { printListing } from '../output/print-listing.ts';

/** `hpo storage check`: exit 5 when something is wrong. */
export default defineCommand({
  name: 'storage check',
  summary: 'Look for damage in the storage',
  positionals: {},
  options: {},
  examples: ['storage check', 'storage check --storage sqlite:old.db -f json'],
  run: (args, io) =>
    withStorage(args, { create: false, warn: io.warn }, async (storage) => {
      const faults = await storage.findFaults();
      if (io.format !== 'table' || faults.length > 0)
        printListing(io, {
          rows: faults.map((fault) => ({ fault })),
          columns: [{ name: 'fault', flexible: true }],
        });
      else io.print(`${storage.url} is sound`);
      io.next(faults.length === 0 ? 'hpo studies' : 'hpo storage export backup.jsonl');
      return faults.length === 0 ? ExitCode.ok : ExitCode.storage;
    }),
});
