import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { DataError } from '../../domain/errors.ts';
import { completeArgs, type FastTextArgs } from './args.ts';
import { tokenise } from './corpus.ts';
import { writeModelFile } from './model-file.ts';
import { readModelFile } from './model-reader.ts';
import { createPredictor } from './predictor.ts';
import { planTraining, Training } from './training.ts';

const TEXT = '__label__да ёлка растёт\n__label__no the tree\n__label__да ёлка\n__label__no tree falls down\n';

async function trainTo(path: string, given: Partial<FastTextArgs>): Promise<Training> {
  const args = completeArgs({ dim: 6, lr: 0.5, epoch: 20, ...given });
  const training = new Training(planTraining(tokenise(Buffer.from(TEXT), args.labelPrefix), args));
  while (!training.hasReached(1)) training.advance(1, 1000);
  await writeModelFile(path, training.content());
  return training;
}

const FACTS = {
  model: 'fasttext',
  labels: ['no', 'да'],
  multiLabel: false,
  threshold: null,
  normalise: 'raw',
  labelPrefix: '__label__',
  args: {},
} as const;

t.test('a model is read as it was written', async (t) => {
  const path = join(t.testdir(), 'model.bin');
  const training = await trainTo(path, { wordNgrams: 2, bucket: 5000, minn: 2, maxn: 3, loss: 'ova' });
  const model = await readModelFile(path);
  t.match(model.args, { dim: 6, epoch: 20, wordNgrams: 2, bucket: 5000, minn: 2, maxn: 3, loss: 'ova' });
  t.same([...model.labelWords].sort(), ['__label__no', '__label__да']);
  t.equal(model.nWords, training.plan.dictionary.nWords);
  const { dim } = model.args;
  const whole = new Float32Array(model.input.rowOf.length * dim);
  training.content().input.read(0, model.input.rowOf.length, whole);
  for (const [row, kept] of model.input.rowOf.entries()) {
    const own = kept < 0 ? new Float32Array(dim) : model.input.values.subarray(kept * dim, (kept + 1) * dim);
    if (!own.every((x, j) => x === whole[row * dim + j])) t.fail(`row ${row}`);
  }
  t.ok(model.input.values.length < whole.length, 'rows of zeros are kept once');
});

t.test('what is no model, damaged or of another kind is refused with its reason', async (t) => {
  const dir = t.testdir({ 'text.bin': 'this is no model', 'empty.bin': '' });
  const path = join(dir, 'model.bin');
  await trainTo(path, {});
  const whole = readFileSync(path);
  const changed = (name: string, at: number, value: number): string => {
    const copy = Buffer.from(whole);
    copy.writeInt32LE(value, at);
    writeFileSync(join(dir, name), copy);
    return join(dir, name);
  };
  writeFileSync(join(dir, 'cut.bin'), whole.subarray(0, whole.length - 5));
  for (const [file, message] of [
    [join(dir, 'text.bin'), /no fastText model/],
    [join(dir, 'empty.bin'), /ends too early/],
    [join(dir, 'cut.bin'), /ends too early/],
    [changed('version.bin', 4, 11), /version 11/],
    [changed('vectors.bin', 8 + 7 * 4, 2), /word vectors/],
    [changed('loss.bin', 8 + 6 * 4, 9), /loss/],
  ] as const) {
    await t.rejects(readModelFile(file), { message, name: 'DataError' });
  }
  await t.rejects(readModelFile(join(dir, 'none.bin')), DataError);
});

const official = existsSync('/usr/bin/fasttext');
const skip =
  official || process.env['HPO_REQUIRE_SERVICES'] === '1' ? false : 'the official fasttext is not installed';

t.test('sentence vectors are the official program’s', { skip }, async (t) => {
  const path = join(t.testdir(), 'model.bin');
  await trainTo(path, { wordNgrams: 2, bucket: 1000, minn: 2, maxn: 3 });
  const texts = ['ёлка растёт', 'the unknown tree', 'совсем чужое'];
  const printed = execFileSync('/usr/bin/fasttext', ['print-sentence-vectors', path], {
    encoding: 'utf8',
    input: texts.map((text) => `${text}\n`).join(''),
  });
  const theirs = printed
    .trimEnd()
    .split('\n')
    .map((line) => line.trim().split(' ').slice(-6).map(Number));
  const predictor = createPredictor(await readModelFile(path), FACTS);
  const ours = await predictor.sentenceVectors(texts);
  for (const [i, vector] of ours.entries()) {
    t.same(
      [...vector].map((x) => Number(x.toPrecision(5))),
      theirs[i],
    );
  }
});
