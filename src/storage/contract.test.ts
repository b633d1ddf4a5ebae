import { join } from 'node:path';
import t from 'tap';
import { storageContract } from '../testing/storage-contract.ts';
import { openStorage, STORAGES } from './index.ts';

// Real processes and synced commits, on a machine that runs other things too.
t.setTimeout(600_000);

/** A fresh place for each registered storage. */
const PLACES: Record<keyof typeof STORAGES, (dir: string) => string> = {
  sqlite: (dir) => `sqlite:${join(dir, 'trials.db')}`,
};

for (const scheme of Object.keys(STORAGES) as (keyof typeof STORAGES)[]) {
  t.test(`${scheme} keeps the storage contract`, { timeout: 600_000 }, async (t) =>
    storageContract(t, async (t) => {
      const url = PLACES[scheme](t.testdir());
      return { url, open: () => openStorage(url, { create: true }) };
    }),
  );
}
