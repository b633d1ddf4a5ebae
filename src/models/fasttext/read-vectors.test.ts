import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { FASTTEXT, sampleLines, skipWithoutFastText } from '../../testing/fasttext-peer.ts';
import { handleOf, makeContext } from '../../testing/training-fixtures.ts';
import { readModelFile } from './model-reader.ts';
import { readWordVectors } from './read-vectors.ts';
import { trainFastText } from './train.ts';

const official = (args: readonly string[], input = ''): string => {
  const { status, stdout, stderr } = spawnSync(FASTTEXT, [...args], { encoding: 'utf8', input });
  if (status !== 0) throw new Error(stderr);
  return stdout;
};

t.test(
  "the official program's vectors are read from .vec and .bin alike, unknown words by their parts",
  { skip: skipWithoutFastText },
  async (t) => {
    const dir = t.testdir();
    writeFileSync(join(dir, 'text'), sampleLines({ lines: 300, labels: 2 }).join('\n'));
    const options = ['-dim', '8', '-minCount', '1', '-epoch', '1', '-bucket', '2000', '-thread', '1'];
    for (const kind of ['skipgram', 'cbow']) {
      official([kind, '-input', join(dir, 'text'), '-output', join(dir, kind), ...options]);
      const words = ['the', 'with', 'withe'];
      const printed = official(['print-word-vectors', join(dir, `${kind}.bin`)], words.join('\n'));
      const expected = printed
        .trim()
        .split('\n')
        .map((line) => line.trim().split(' '));
      const binary = await readWordVectors(join(dir, `${kind}.bin`), words);
      const text = await readWordVectors(join(dir, `${kind}.vec`), words);
      t.equal(binary.dim, 8);
      t.same([...text.vectors.keys()].sort(), ['the', 'with'], 'a text knows whole words only');
      for (const [word, ...numbers] of expected) {
        const ours = binary.vectors.get(word!)!;
        t.ok(
          numbers.every((number, i) => Math.abs(Number(number) - ours[i]!) < 1e-4),
          `${kind} ${word}`,
        );
        const read = text.vectors.get(word!);
        if (read !== undefined) t.ok(ours.every((value, i) => Math.abs(value - read[i]!) < 1e-4));
      }
    }
    await t.rejects(readModelFile(join(dir, 'cbow.bin')), { message: /word vectors, no classifier/ });
  },
);

t.test('vectors of our own classifier are the same from .vec and .bin', async (t) => {
  const dir = t.testdir();
  const documents = Array.from({ length: 60 }, (_, i) => ({ text: `слово ${i % 5}`, labels: [`l${i % 2}`] }));
  const data = { train: handleOf(documents), valid: handleOf(documents) };
  const trained = await trainFastText(
    { dim: 6, minn: 2, maxnExtra: 1 },
    data,
    makeContext({ settings: { vec: true } }),
  );
  const { path } = await trained.save(dir);
  const words = ['слово', '3', 'слова'];
  const binary = await readWordVectors(join(dir, path), words);
  const text = await readWordVectors(join(dir, 'model.vec'), words);
  t.same([...text.vectors.keys()], ['слово', '3']);
  for (const [word, vector] of text.vectors)
    t.ok(
      vector.every((value, i) => Math.abs(value - binary.vectors.get(word)![i]!) < 1e-4),
      word,
    );
  t.ok(binary.vectors.has('слова'));
});

t.test('a file that holds no vectors is refused with its place', async (t) => {
  const dir = t.testdir({
    empty: '',
    prose: 'once upon a time',
    short: '1 3\nа 1 2\n',
    odd: '1 2\nа 1 x\n',
    huge: '1 9999999\n',
  });
  const read = (name: string) => readWordVectors(join(dir, name), ['а']);
  await t.rejects(read('empty'), { message: /empty/ });
  await t.rejects(read('prose'), { message: /no word vectors/ });
  await t.rejects(read('huge'), { message: /no word vectors/ });
  await t.rejects(read('short'), { message: /short:2: the vector has 2 numbers, not 3/ });
  await t.rejects(read('odd'), { message: /odd:2/ });
  await t.rejects(read('missing'), { message: /cannot be read/ });
});
