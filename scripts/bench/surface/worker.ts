/** A child process of the benchmark: runs the searches it is sent, one at a time, data sets kept in memory. */
import { type Caps, openSurface, runSearch, type SearchTask, type Surface, type TrialRow } from './search.ts';

const [, , data, cacheDir, nTrials, caps] = process.argv as [string, string, string, string, string, string];
const surfaces = new Map<string, Surface>();

process.on('message', async ({ task, done }: { task: SearchTask; done: TrialRow[] }) => {
  const key = `${task.model} ${task.set}`;
  const surface =
    surfaces.get(key) ?? (await openSurface(data, task.set, task.model, JSON.parse(caps) as Caps));
  surfaces.set(key, surface);
  const onTrial = (row: TrialRow): unknown => process.send!({ row });
  await runSearch(task, surface, { nTrials: Number(nTrials), cacheDir, done, onTrial });
  process.send!({ isIdle: true });
});
process.send!({ isIdle: true });
