import { join } from 'node:path';
import t from 'tap';
import { writeDemo } from './datasets/index.ts';
import { createStudy, openStorage, optimize, UsageError } from './index.ts';

t.test('a program makes a study and searches it', async (t) => {
  const dir = t.testdir();
  await writeDemo(dir, { documents: 200, seed: 3 });
  const storage = await openStorage(join(dir, 'trials.db'), { create: true });
  t.teardown(() => storage.close());
  const options = { name: 'demo', model: 'fasttext', train: join(dir, 'train.txt') };
  const study = await createStudy(storage, options);
  await t.rejects(createStudy(storage, options), UsageError);
  const seen: string[] = [];
  const summary = await optimize(storage, study, {
    nTrials: 1,
    runsDir: join(dir, 'runs'),
    onEvent: ({ type }) => seen.push(type),
  });
  t.match(summary, { study: 'demo', nTrials: 1, best: { number: 0, state: 'complete' } });
  t.equal(seen.at(-1), 'done');
});
