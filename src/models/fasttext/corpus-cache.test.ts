import { readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { tokenise } from './corpus.ts';
import { readCached, writeCached } from './corpus-cache.ts';
import type { TextCorpus } from './text-corpus.ts';

const corpusOf = (text: string): TextCorpus => ({
  corpus: tokenise(Buffer.from(text), '__label__'),
  multiLabel: true,
  renamed: { a_b: 'a b' },
});
const CORPUS = corpusOf('__label__a_b слово word word\n__label__c x\n');

t.test('what is read is what was written', async (t) => {
  const dir = t.testdir();
  await writeCached(dir, ['id'], CORPUS);
  t.same(await readCached(dir, ['id']), CORPUS);
  t.equal(await readCached(dir, ['another id']), null);
});

t.test('a folder that is not there yet is made, one that cannot be is no failure', async (t) => {
  const dir = t.testdir({ file: '' });
  await writeCached(join(dir, 'new', 'folder'), ['id'], CORPUS);
  t.ok(await readCached(join(dir, 'new', 'folder'), ['id']));
  await writeCached(join(dir, 'file'), ['id'], CORPUS);
  t.equal(await readCached(join(dir, 'file'), ['id']), null);
});

t.test('a damaged or cut file counts as missing and is made anew', async (t) => {
  const dir = t.testdir();
  await writeCached(dir, ['id'], CORPUS);
  const path = join(dir, readdirSync(dir)[0]!);
  const whole = readFileSync(path);
  const flipped = Buffer.from(whole);
  flipped[whole.length - 9]! ^= 1;
  for (const damaged of [
    flipped,
    whole.subarray(0, whole.length - 16),
    whole.subarray(0, 5),
    Buffer.alloc(0),
  ]) {
    writeFileSync(path, damaged);
    t.equal(await readCached(dir, ['id']), null);
  }
  await writeCached(dir, ['id'], CORPUS);
  t.same(await readCached(dir, ['id']), CORPUS);
});

t.test('writers at the same time leave one whole file', async (t) => {
  const dir = t.testdir();
  await Promise.all(Array.from({ length: 8 }, () => writeCached(dir, ['id'], CORPUS)));
  t.equal(readdirSync(dir).length, 1);
  t.same(await readCached(dir, ['id']), CORPUS);
});

t.test('beyond the limit the least recently used go', async (t) => {
  const dir = t.testdir();
  for (const id of ['old', 'used', 'new']) {
    await writeCached(dir, [id], CORPUS);
    for (const name of readdirSync(dir)) {
      const path = join(dir, name);
      const past = statSync(path).mtimeMs / 1000 - 100;
      utimesSync(path, past, past);
    }
  }
  t.ok(await readCached(dir, ['used']), 'reading is using');
  const size = statSync(join(dir, readdirSync(dir)[0]!)).size;
  await writeCached(dir, ['newest'], CORPUS, 3.5 * size);
  t.equal(await readCached(dir, ['old']), null);
  for (const id of ['used', 'new', 'newest']) t.ok(await readCached(dir, [id]), id);
});
