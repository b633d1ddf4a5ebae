import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Test } from 'tap';
import type { Params } from '../domain/distribution.ts';
import { type FinishedTrial, isFinished } from '../domain/trial.ts';
import { type OptimizeOptions, optimize, type Parts } from '../engine/index.ts';
import type { SearchFixture } from './search-fixture.ts';

export type Faulty = Omit<SearchFixture, 'parts'> & { readonly parts: Parts };

/**
 * What must be so after any fault: the database is sound, nothing runs on, the search goes on by one trial, and what had
 * finished has not changed.
 * @param next what the further trial runs with
 */
export async function checkAfterFault(
  t: Test,
  { study, storage, parts, options, dir }: Faulty,
  next: Params = { x: 0.25, ending: 'complete', reports: 1, pauseMs: 0 },
  more: Partial<OptimizeOptions> = {},
): Promise<void> {
  const finished = async () => (await storage.getTrials(study.id)).filter(isFinished);
  const before = await finished();
  await storage.enqueue(study.id, next);
  const summary = await optimize(study, parts, options({ nTrials: 1, ...more }));
  t.match(summary, { nTrials: 1, states: { running: 0, waiting: 0 } }, 'the search goes on');
  const after = new Map((await finished()).map((trial) => [trial.number, trial]));
  t.same(
    before.map(factsOf),
    before.map(({ number }) => factsOf(after.get(number)!)),
    'nothing is lost',
  );
  const db = new Database(join(dir, 'trials.db'), { readonly: true });
  t.equal(db.pragma('integrity_check', { simple: true }), 'ok');
  db.close();
  t.same(await storage.findFaults(), []);
}

const factsOf = (trial: FinishedTrial): unknown => ({
  ...trial,
  intermediateValues: [...trial.intermediateValues],
});

/** How many processes of this machine carry `token` in their environment (Linux). */
export function countCarriers(token: string): number {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, 'latin1').includes(token);
    } catch {
      return false;
    }
  }).length;
}
