import { createHash } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { inheritCheckpoint } from './checkpoint.ts';

type Files = Readonly<Record<string, string>>;

/** A trial's folder with a checkpoint in each earlier attempt, and the folder of its new attempt. */
function makeTrial(t: Test, checkpoints: readonly (Files | null)[]) {
  const runs = t.testdir();
  checkpoints.forEach((files, attempt) => {
    const dir = join(runs, '0', String(attempt), 'checkpoint');
    mkdirSync(files === null ? join(dir, '..') : dir, { recursive: true });
    for (const [name, text] of Object.entries(files ?? {})) {
      mkdirSync(join(dir, name, '..'), { recursive: true });
      writeFileSync(join(dir, name), text);
    }
  });
  const dir = join(runs, '0', String(checkpoints.length));
  mkdirSync(dir, { recursive: true });
  const checkpoint = join(dir, 'checkpoint');
  return {
    runs,
    at: (attempt: number, name = '') => join(runs, '0', String(attempt), 'checkpoint', name),
    inherit: async () => {
      await inheritCheckpoint(runs, dir, checkpoints.length);
      if (!existsSync(checkpoint)) return null;
      const names = readdirSync(checkpoint, { recursive: true, encoding: 'utf8' }).sort();
      const files = names.filter((name) => statSync(join(checkpoint, name)).isFile());
      return Object.fromEntries(files.map((name) => [name, readFileSync(join(checkpoint, name), 'utf8')]));
    },
  };
}

const manifest = (files: Files): string =>
  JSON.stringify({
    files: Object.fromEntries(
      Object.entries(files).map(([name, text]) => [name, createHash('sha256').update(text).digest('hex')]),
    ),
  });

t.test('a new attempt gets a copy of the last checkpoint, and older ones go', async (t) => {
  const trial = makeTrial(t, [{ state: 'old' }, { state: 'new', 'deep/part': 'x' }]);
  t.same(await trial.inherit(), { state: 'new', 'deep/part': 'x' });
  t.equal(existsSync(trial.at(0)), false);
  appendFileSync(trial.at(1, 'state'), ' and a zombie writes on');
  t.equal(readFileSync(trial.at(2, 'state'), 'utf8'), 'new');
});

t.test('an attempt that left none passes on what was before it', async (t) => {
  t.same(await makeTrial(t, [{ state: 'a' }, null, {}]).inherit(), { state: 'a' });
  t.equal(await makeTrial(t, [null]).inherit(), null);
  t.equal(await makeTrial(t, []).inherit(), null);
});

t.test('files under temporary names are left behind', async (t) => {
  const trial = makeTrial(t, [{ state: 'whole', 'state.tmp': 'half', '.hidden': 'half' }]);
  t.same(await trial.inherit(), { state: 'whole' });
});

t.test('a checkpoint that does not match its manifest is passed over', async (t) => {
  const good = { a: '1', b: '2' };
  const whole = { ...good, 'manifest.json': manifest(good) };
  t.same(await makeTrial(t, [whole]).inherit(), whole);
  for (const broken of [
    { ...whole, b: 'torn' },
    { a: '1', 'manifest.json': manifest(good) },
    { ...good, 'manifest.json': '{"files":' },
    { ...good, 'manifest.json': '{"files":{"../../1/checkpoint/a":"x"}}' },
  ]) {
    t.same(await makeTrial(t, [whole, broken]).inherit(), whole);
  }
});

t.test('nothing is read through a link', async (t) => {
  const trial = makeTrial(t, [{ state: 'a' }, null]);
  symlinkSync('/etc', trial.at(1));
  t.same(await trial.inherit(), { state: 'a' });
  const inside = makeTrial(t, [{ state: 'a' }]);
  symlinkSync('/etc/passwd', inside.at(0, 'passwd'));
  t.same(await inside.inherit(), { state: 'a' });
});
