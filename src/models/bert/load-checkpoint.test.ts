import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import {
  TINY_CONFIG,
  TINY_TOKENS,
  tinyTensors,
  writeTinyCheckpoint,
} from '../../testing/checkpoint-fixtures.ts';
import { goldenPath, skipWithoutGolden } from '../../testing/golden.ts';
import { type TorchTensor, torchLegacy, torchZip } from '../../testing/torch-fixtures.ts';
import { type NamedTensor, writeSafetensors } from './checkpoint/write-safetensors.ts';
import { formatBertConfig } from './config.ts';
import { loadCheckpoint } from './load-checkpoint.ts';
import { encoderShapes } from './weight-names.ts';

const CONFIG = formatBertConfig(TINY_CONFIG);
const HEAD: readonly NamedTensor[] = [
  { name: 'classifier.weight', shape: [3, 4], values: new Float32Array(12).fill(0.5) },
  { name: 'classifier.bias', shape: [3], values: Float32Array.of(1, 2, 3) },
];

/** Every tensor under another name, or none. */
const renamed = (rename: (name: string) => string): NamedTensor[] =>
  tinyTensors().map((tensor) => ({ ...tensor, name: rename(tensor.name) }));

const without = (pattern: RegExp): NamedTensor[] => tinyTensors().filter(({ name }) => !pattern.test(name));

const asTorch = (tensors: readonly NamedTensor[]): TorchTensor[] =>
  tensors.map(({ name, shape, values }) => ({
    name,
    shape,
    count: values.length,
    data: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
  }));

const EXPECTED = new Map(tinyTensors().map(({ name, values }) => [name, values]));

t.test(
  'names with and without prefix, old names of LayerNorm and buffers give the same weights',
  async (t) => {
    const buffer = { name: 'bert.embeddings.position_ids', shape: [16], values: new Float32Array(16) };
    const otherHead = { name: 'cls.predictions.bias', shape: [2], values: new Float32Array(2) };
    const old = (name: string) =>
      `bert.${name.replace('LayerNorm.weight', 'LayerNorm.gamma').replace('LayerNorm.bias', 'LayerNorm.beta')}`;
    const folders = {
      plain: tinyTensors(),
      prefixed: [...renamed((name) => `bert.${name}`), ...HEAD],
      old: [...renamed(old), buffer, otherHead],
    };
    for (const [name, tensors] of Object.entries(folders)) {
      const dir = await writeTinyCheckpoint(join(t.testdir(), name), { tensors });
      const { config, encoder, hasPooler, classifier, tokeniser } = await loadCheckpoint(dir);
      t.same(config, TINY_CONFIG);
      t.same(encoder, EXPECTED, name);
      t.equal(hasPooler, true);
      t.same(classifier?.bias ?? null, name === 'prefixed' ? Float32Array.of(1, 2, 3) : null);
      t.equal(tokeniser.vocabulary.tokens.length, TINY_TOKENS.length);
      t.equal(tokeniser.options.lowerCase, false, 'its vocabulary has a capital');
    }
  },
);

t.test('a pytorch_model.bin of either layout gives the same weights', async (t) => {
  for (const [name, write] of Object.entries({ torchZip, torchLegacy })) {
    const dir = await writeTinyCheckpoint(join(t.testdir(), name), { tensors: null });
    writeFileSync(join(dir, 'pytorch_model.bin'), write(asTorch(tinyTensors())));
    t.same((await loadCheckpoint(dir)).encoder, EXPECTED, name);
  }
});

t.test('a checkpoint in several files is read by its index', async (t) => {
  const dir = await writeTinyCheckpoint(t.testdir(), { tensors: null });
  const index = join(dir, 'model.safetensors.index.json');
  const parts = [tinyTensors().slice(0, 5), tinyTensors().slice(5)];
  const weightMap: Record<string, string> = {};
  for (const [i, tensors] of parts.entries()) {
    await writeSafetensors(join(dir, `part-${i}.safetensors`), tensors);
    for (const { name } of tensors) weightMap[name] = `part-${i}.safetensors`;
  }
  const write = (map: unknown) => writeFileSync(index, JSON.stringify({ metadata: {}, weight_map: map }));
  write(weightMap);
  t.same((await loadCheckpoint(dir)).encoder, EXPECTED);

  write({ ...weightMap, 'pooler.dense.extra': 'part-0.safetensors' });
  await t.rejects(loadCheckpoint(dir), {
    message: /names tensors that its files lack: pooler\.dense\.extra/,
  });
  for (const file of ['../secret', '/etc/passwd', '..', 7]) {
    write({ ...weightMap, 'pooler.dense.bias': file });
    await t.rejects(loadCheckpoint(dir), { name: 'CheckpointError', message: /which is no file beside it/ });
  }
  write(weightMap);
  renameSync(join(dir, 'part-1.safetensors'), join(dir, 'elsewhere'));
  await t.rejects(loadCheckpoint(dir), { message: /part-1\.safetensors is not there/ });
});

t.test('a checkpoint without a pooler can be used, one with half of it cannot', async (t) => {
  const whole = await writeTinyCheckpoint(join(t.testdir(), 'none'), { tensors: without(/^pooler/) });
  t.equal((await loadCheckpoint(whole)).hasPooler, false);
  const half = await writeTinyCheckpoint(join(t.testdir(), 'half'), { tensors: without(/^pooler.*bias/) });
  await t.rejects(loadCheckpoint(half), { message: /lacks pooler\.dense\.bias/ });
});

t.test('tensors that are missing, unexpected, of another shape or not finite are named', async (t) => {
  const key = 'encoder.layer.0.attention.self.key.weight';
  const change = (values: Float32Array, shape: readonly number[]) =>
    tinyTensors().map((tensor) => (tensor.name === key ? { ...tensor, shape, values } : tensor));
  const bad = Float32Array.from({ length: 16 }, (_, i) => (i === 9 ? Number.NaN : 0));
  const infinite = Float32Array.from({ length: 16 }, (_, i) => (i === 15 ? Number.NEGATIVE_INFINITY : 0));
  const extra = { name: 'encoder.layer.1.output.dense.bias', shape: [4], values: new Float32Array(4) };
  const twice = { ...tinyTensors()[0]!, name: `bert.${tinyTensors()[0]!.name}` };
  const cases: readonly (readonly [RegExp, readonly NamedTensor[]])[] = [
    [/lacks encoder\.layer\.0\.attention\.self\.key\.weight\.$/, without(/self\.key\.weight/)],
    [/lacks .* and 16 more/, without(/^(?!pooler)/)],
    [/holds encoder\.layer\.1\.output\.dense\.bias, which config\.json/, [...tinyTensors(), extra]],
    [/has other shapes than config\.json says: encoder.*key\.weight/, change(new Float32Array(16), [2, 8])],
    [/not finite in encoder\.layer\.0\.attention\.self\.key\.weight/, change(bad, [4, 4])],
    [/not finite in encoder\.layer\.0\.attention\.self\.key\.weight/, change(infinite, [4, 4])],
    [/holds embeddings\.word_embeddings\.weight under two names/, [...tinyTensors(), twice]],
  ];
  for (const [i, [message, tensors]] of cases.entries()) {
    const dir = await writeTinyCheckpoint(join(t.testdir(), String(i)), { tensors });
    await t.rejects(loadCheckpoint(dir), { name: 'CheckpointError', message }, String(message));
  }
});

t.test(
  'a small file that claims a huge model through one storage is refused before anything is read',
  async (t) => {
    const config = { ...CONFIG, hidden_size: 4096, num_attention_heads: 1, intermediate_size: 4096 };
    const dir = await writeTinyCheckpoint(t.testdir(), { config, tensors: null });

    const shapes = encoderShapes({ ...TINY_CONFIG, hiddenSize: 4096, intermediateSize: 4096 });
    // Every tensor points to the same storage of 4096 × 4096 numbers in an old-layout file.
    const count = 4096 * 4096;
    const tensors = [...shapes].map(([name, shape]) => ({ name, shape, count, data: new Uint8Array() }));
    writeFileSync(join(dir, 'pytorch_model.bin'), torchZip(tensors));
    await t.rejects(loadCheckpoint(dir), { message: /claims more numbers than it can hold/ });
  },
);

t.test('a vocabulary that does not fit is refused, a smaller one is not', async (t) => {
  const large = await writeTinyCheckpoint(join(t.testdir(), 'large'), { tokens: [...TINY_TOKENS, 'x', 'y'] });
  await t.rejects(loadCheckpoint(large), { message: /vocabulary of 13 tokens for 12 word embeddings/ });
  const none = await writeTinyCheckpoint(join(t.testdir(), 'none'));
  rmSync(join(none, 'vocab.txt'));
  await t.rejects(loadCheckpoint(none), { message: /has no vocabulary/ });
  const foreign = await writeTinyCheckpoint(join(t.testdir(), 'foreign'), { tokens: ['<pad>', 'a'] });
  await t.rejects(loadCheckpoint(foreign), { message: /has no \[PAD\]/ });
  writeFileSync(join(foreign, 'vocab.txt'), Buffer.from([0xff, 0xfe, 0x0a]));
  await t.rejects(loadCheckpoint(foreign), { message: /is not valid UTF-8/ });
});

t.test('tokeniser settings come from their file, else from the vocabulary', async (t) => {
  const dir = await writeTinyCheckpoint(t.testdir());
  writeFileSync(join(dir, 'tokenizer_config.json'), '{"do_lower_case": true, "strip_accents": false}');
  const { tokeniser } = await loadCheckpoint(dir);
  t.same(tokeniser.options, { lowerCase: true, stripAccents: false, splitChinese: true });
});

t.test('a folder without weights says what was looked for and what is there instead', async (t) => {
  const dir = await writeTinyCheckpoint(t.testdir(), { tensors: null });
  writeFileSync(join(dir, 'tf_model.h5'), '');
  await t.rejects(loadCheckpoint(dir), {
    message: /holds no weights that can be read/,
    details: [/model\.safetensors/, 'there is tf_model.h5, of another program'],
  });
  await t.rejects(loadCheckpoint(join(dir, 'nowhere')), { message: /nowhere\/config\.json is not there/ });
});

t.test(
  'every tensor of the reference checkpoints is there',
  { skip: skipWithoutGolden('bert') },
  async (t) => {
    const plain = await loadCheckpoint(goldenPath('bert/bert-tiny-random-ru'));
    t.equal(plain.encoder.size, 39);
    t.equal(plain.tokeniser.options.lowerCase, false);
    t.equal(plain.classifier, null);
    const prefixed = await loadCheckpoint(goldenPath('bert/bert-tiny-sst2-real-layers'));
    t.equal(prefixed.encoder.size, 39);
    t.equal(prefixed.tokeniser.options.stripAccents, true);
    t.equal(prefixed.classifier?.weight.length, 2 * 128);
  },
);
