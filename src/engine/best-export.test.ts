import { readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { createSearch } from '../testing/search-fixture.ts';
import { exportBest, optimize } from './index.ts';

async function searched(t: Parameters<typeof createSearch>[0]) {
  const search = await createSearch(t);
  for (const x of [0.2, 0.75]) await search.storage.enqueue(search.study.id, { x });
  const options = search.options({ nTrials: 2 });
  await optimize(search.study, search.parts, options);
  const target = join(search.dir, 'exports', 'best');
  const run = (force = false) =>
    exportBest(search.study, search.storage, { runsDir: options.runsDir, dir: target, force });
  const modelDir = join(options.runsDir, search.study.uuid, '0', '1', '0', 'model');
  return { ...search, target, run, modelDir };
}

t.test("the best trial's own file is exported with its origin", async (t) => {
  const { run, target } = await searched(t);
  const { trial, artifact } = await run();
  t.equal(trial.number, 1);
  t.match(artifact, { path: join(target, 'model.bin'), format: 'scripted-bin', bytes: 7 });
  t.equal(readFileSync(artifact.path, 'utf8'), 'x=0.75\n');
  t.match(JSON.parse(readFileSync(join(target, 'model.json'), 'utf8')), {
    model: 'scripted',
    labels: ['a', 'b'],
    study: 'scripted',
    trial: 1,
    params: { x: 0.75 },
    metrics: { f1: 0.75 },
    objectives: [{ metric: 'f1' }],
    threshold: 0.5,
    studySeed: 42,
    versions: { node: process.versions.node },
    artifact: { sha256: artifact.sha256, path: 'model.bin' },
    reproduce: /trial\/main/,
  });
  t.same(readdirSync(join(target, '..')), ['best'], 'nothing is left beside it');
});

t.test('a folder that is not empty is replaced only by force, and only if it is an export', async (t) => {
  const { run, target } = await searched(t);
  await run();
  await t.rejects(run(), { message: /is not empty/ });
  t.equal((await run(true)).trial.number, 1);
  await rm(join(target, 'model.json'));
  await t.rejects(run(true), { message: /something else/ });
});

t.test('an export that was killed leaves nothing behind, and loses no earlier one', async (t) => {
  const { run, target } = await searched(t);
  await run();
  // Above the greatest pid that Linux gives: as a process leaves it that died between its two renames.
  renameSync(target, join(target, '..', '.best.4194305.tmp.old'));
  await mkdir(join(target, '..', '.best.4194305.tmp'));
  await mkdir(join(target, '..', `.best.${process.ppid}.tmp`));
  await t.rejects(run(), { message: /is not empty/ }, 'the earlier export is back');
  t.match(readdirSync(target), ['model.bin', 'model.json']);
  t.same(
    readdirSync(join(target, '..')),
    [`.best.${process.ppid}.tmp`, 'best'],
    'one that lives is left alone',
  );
});

t.test('a model that was changed is not exported', async (t) => {
  const { run, target, modelDir } = await searched(t);
  writeFileSync(join(modelDir, 'model.bin'), 'x=9.99\n');
  await t.rejects(run(), { message: /was changed after its training/ });
  t.throws(() => readdirSync(target), { code: 'ENOENT' });
});

t.test('a link in the model folder is refused', async (t) => {
  const { run, modelDir } = await searched(t);
  symlinkSync('/etc/passwd', join(modelDir, 'vocabulary.txt'));
  await t.rejects(run(), { name: 'ProtocolError' });
});

t.test('a model that is gone is said to be gone', async (t) => {
  const { run, modelDir, target } = await searched(t);
  await rm(modelDir, { recursive: true });
  await t.rejects(run(), { name: 'NotFoundError', message: 'The model of trial 1 is no longer there.' });
  await mkdir(target, { recursive: true });
});

t.test('a study without a complete trial has nothing to export', async (t) => {
  const { study, storage, dir, options } = await createSearch(t);
  const { runsDir } = options();
  await t.rejects(exportBest(study, storage, { runsDir, dir: join(dir, 'out'), force: false }), {
    name: 'NotFoundError',
  });
});
