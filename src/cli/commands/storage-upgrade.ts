import { defineCommand } from '../command.ts';
import { upgradeStorage, withStorage } from '../compose.ts';
import { printListing } from '../output/print-listing.ts';

/** `hpo storage upgrade`: keeps a copy of what was before. */
export default defineCommand({
  name: 'storage upgrade',
  summary: 'Bring a storage of an earlier hpo or Optuna up to date; a copy is kept',
  positionals: {},
  options: {},
  examples: ['storage upgrade --storage sqlite:optuna-3.1.db'],
  async run(args, io) {
    // Ownership and place are checked as for every other command.
    const url = await withStorage(args, { create: false, warn: io.warn }, async (storage) => storage.url);
    const { steps, backup } = await upgradeStorage(args);
    if (io.format !== 'table') {
      const columns = [{ name: 'storage' }, { name: 'steps' }, { name: 'backup' }];
      printListing(io, { rows: [{ storage: url, steps, backup }], columns, single: true });
    } else
      io.print(steps.length === 0 ? `${url} is up to date` : `${url}: ${steps.join('; ')}\ncopy: ${backup}`);
    io.next('hpo storage check');
    return 0;
  },
});
