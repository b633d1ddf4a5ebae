import { appendFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { readFromArchive, thisProcess, trialFolder } from '../protocol/index.ts';
import { createSearch } from '../testing/search-fixture.ts';
import { optimize } from './index.ts';

t.setTimeout(300_000);

t.test(
  'of hundreds of failed and good trials a bounded number of files stays, and every log can be read',
  async (t) => {
    const space = {
      x: { type: 'float', low: 0, high: 1 },
      ending: { type: 'categorical', choices: ['fail-config', 'complete'] },
    } as const;
    const { study, parts, options, storage } = await createSearch(t, {
      spec: { space },
      settings: { reports: 1 },
    });
    const { runsDir } = options();
    const folderOf = (number: number): string => trialFolder(runsDir, study.uuid, number);
    const search = (nTrials: number) =>
      optimize(study, parts, {
        ...options({ nTrials, jobs: 8, maxFailures: 1e9 }),
        onEvent: (event) => {
          if (event.type !== 'trial-started') return;
          const log = join(folderOf(event.number), String(event.attempt), 'log.txt');
          appendFileSync(log, `trial ${event.number} says ==> trial 0, attempt 0, 3 bytes <==\n`);
        },
      });
    // Resumed once: what an earlier run left counts too.
    await search(80);
    await search(80);

    const trials = await storage.getTrials(study.id);
    const failed = trials.filter(({ state }) => state === 'fail').map(({ number }) => number);
    t.ok(failed.length > 110, `${failed.length} of ${trials.length} failed`);
    const files = readdirSync(runsDir, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    const logs = files.filter(({ name }) => name === 'log.txt');
    // And of the three best trials.
    t.ok(logs.length >= 100 && logs.length <= 103, `${logs.length} whole logs`);
    t.ok(files.length <= logs.length + 15, `${files.length} files`);
    const gone = trials.find(
      ({ state, number }) => state === 'complete' && !existsSync(folderOf(number)),
    )!.number;
    for (const number of [failed[0]!, failed[5]!, gone]) {
      const text = (await readFromArchive(folderOf(number), number, 0))?.toString();
      t.match(text, new RegExp(`^trial ${number} says`));
    }
    t.equal(await readFromArchive(folderOf(0), 99_999, 0), null);
  },
);

t.test('the folder of a trial whose engine died before it tidied up is tidied by the next one', async (t) => {
  const { study, parts, options, storage } = await createSearch(t);
  const { runsDir } = options();
  await optimize(study, parts, options({ nTrials: 2, keepModels: 0 }));
  const trials = await storage.getTrials(study.id);
  for (const { number } of trials)
    mkdirSync(join(trialFolder(runsDir, study.uuid, number), '0'), { recursive: true });
  const [dead, live] = trials.map(({ number }) => trialFolder(runsDir, study.uuid, number));
  const holder = { ...thisProcess(), pidStartTime: '1' };
  writeFileSync(join(dead!, 'lease.0.json'), JSON.stringify(holder));
  writeFileSync(join(dead!, '0', 'log.txt'), 'last words');
  writeFileSync(join(live!, 'lease.0.json'), JSON.stringify(thisProcess()));
  await optimize(study, parts, options({ nTrials: 1, keepModels: 0 }));
  t.notOk(existsSync(dead!));
  t.equal((await readFromArchive(dead!, 0, 0))?.toString(), 'last words');
  t.ok(existsSync(live!), 'that of an engine that lives is its own affair');
});

t.test('what a trial wrote for TensorBoard stays, whatever becomes of the trial', async (t) => {
  const { study, parts, options, storage } = await createSearch(t);
  const { runsDir } = options();
  const tbOf = (number: number): string => join(trialFolder(runsDir, study.uuid, number), '0', 'tb');
  await optimize(study, parts, {
    ...options({ nTrials: 4, keepModels: 1 }),
    onEvent: (event) => {
      if (event.type !== 'trial-started') return;
      mkdirSync(tbOf(event.number));
      writeFileSync(join(tbOf(event.number), 'events.out.tfevents.1'), 'events');
    },
  });
  const kept: string[][] = [];
  for (const { number } of await storage.getTrials(study.id)) {
    t.same(readdirSync(tbOf(number)), ['events.out.tfevents.1']);
    kept.push(readdirSync(join(trialFolder(runsDir, study.uuid, number), '0')).sort());
  }
  t.same(
    kept.toSorted((a, b) => a.length - b.length).slice(0, 3),
    [['tb'], ['tb'], ['tb']],
    'and nothing else of those that are not among the best',
  );
});
