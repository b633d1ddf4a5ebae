import { join } from 'node:path';
import t, { type Test } from 'tap';
import { skipWithoutPostgres, startPostgres } from '../testing/postgres.ts';
import { storageContract } from '../testing/storage-contract.ts';
import { openStorage, STORAGES } from './index.ts';

// Real processes and synced commits, on a machine that runs other things too.
t.setTimeout(600_000);

/** For each registered storage, what makes fresh places for tests. */
const PLACES: Record<keyof typeof STORAGES, (t: Test) => (t: Test) => string> = {
  sqlite: () => (t) => `sqlite:${join(t.testdir(), 'trials.db')}`,
  postgresql: (t) => {
    const server = startPostgres(t);
    return () => server.urlOf(server.createDatabase());
  },
};

const SKIPS: Partial<Record<keyof typeof STORAGES, string | false>> = { postgresql: skipWithoutPostgres() };

for (const scheme of Object.keys(STORAGES) as (keyof typeof STORAGES)[]) {
  const skip = SKIPS[scheme] ?? false;
  t.test(`${scheme} keeps the storage contract`, { timeout: 600_000, skip }, async (t) => {
    const place = PLACES[scheme](t);
    storageContract(t, async (t) => {
      const url = place(t);
      return { url, open: () => openStorage(url, { create: true }) };
    });
  });
}
