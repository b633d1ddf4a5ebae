import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { UsageError } from '../../domain/errors.ts';
import { resolveConfig } from './config.ts';
import { readSpaceFile, readStudyFile } from './study-file.ts';
import { studyFileJsonSchema } from './study-file-schema.ts';

const complaint = async (read: Promise<unknown>): Promise<string> => {
  try {
    await read;
  } catch (error) {
    if (error instanceof UsageError) return [error.message, ...error.details].join('\n');
    throw error;
  }
  return 'no complaint';
};

t.test('a study file becomes settings that know where they stand', async (t) => {
  const dir = t.testdir({
    'a.yaml': `study: sentiment
model: fasttext
data:
  train: train.csv
  format: csv
  textColumn: 2
objective: { metric: f1, average: macro }
sampler: { name: tpe, nStartupTrials: 5 }
pruner: none
space:
  lr: { low: 0.1 }
  loss: [softmax, ova]
fix: { dim: 50 }
settings: { shuffle: false }
run:
  timeout: 1h30m
  memory: 2G
  gpus: [0, 1]
`,
  });
  const path = `${dir}/a.yaml`;
  const layer = await readStudyFile(path);
  t.same(layer.values, {
    study: 'sentiment',
    model: 'fasttext',
    train: 'train.csv',
    textColumn: 2,
    dataFormat: 'csv',
    metric: ['f1'],
    average: 'macro',
    sampler: { name: 'tpe', options: { nStartupTrials: 5 } },
    pruner: { name: 'none', options: {} },
    space: { lr: { low: 0.1 }, loss: { type: 'categorical', choices: ['softmax', 'ova'] } },
    fix: { dim: 50 },
    set: { shuffle: false },
    timeoutMs: 5_400_000,
    memoryBytes: 2 ** 31,
    gpus: ['0', '1'],
  });
  t.equal(layer.source('dataFormat'), `${path}:5`);
  t.equal(layer.source('space.loss'), `${path}:12`);
  t.equal(layer.source('timeoutMs'), `${path}:16`);
});

t.test('a mistake is shown with line, column and a caret', async (t) => {
  const dir = t.testdir({
    'key.yaml': 'model: fasttext\nobjective:\n  metrik: f1\n',
    'value.yaml': 'seed: abc\n',
    'range.yaml': 'data:\n  validFraction: 2\n',
    'choice.yaml': 'space:\n  lr: fast\n',
    'time.yaml': 'run: { timeout: soon }\n',
    'syntax.yaml': 'model: [a\nseed: 1\n',
    'twice.yaml': 'seed: 1\nseed: 2\n',
    'list.yaml': '- 1\n',
    'tag.yaml': 'model: !!python/object:os.system x\n',
    'proto.yaml': 'fix:\n  __proto__: { a: 1 }\n',
    'empty.yaml': '',
  });
  const read = (name: string): Promise<string> => complaint(readStudyFile(`${dir}/${name}.yaml`));
  t.equal(
    await read('key'),
    `${dir}/key.yaml:3:3: unknown name "metrik"; did you mean "metric"?\n  metrik: f1\n  ^`,
  );
  t.match(await read('value'), /value\.yaml:1:7: seed: .*expected number.*\nseed: abc\n {6}\^/s);
  t.match(await read('range'), /range\.yaml:2:18: validFraction: too big/);
  t.match(await read('choice'), /choice\.yaml:2:7: lr: must be a list of choices, or a mapping/);
  t.match(await read('time'), /time\.yaml:1:17: timeout "soon" is no duration; write it like/);
  t.match(await read('syntax'), /syntax\.yaml:2:1: /);
  t.match(await read('twice'), /twice\.yaml:2:1: .*unique/);
  t.match(await read('list'), /list\.yaml:1:1: the file: invalid input: expected object/);
  t.match(await read('tag'), /tag\.yaml:1:8: .*tag/i);
  t.match(await read('proto'), /proto\.yaml:2:3: the name "__proto__" is not allowed/);
  t.equal(await read('empty'), 'no complaint');
  t.match(await read('missing'), /cannot read .*missing\.yaml: ENOENT/);
});

t.test('files made to exhaust memory or the stack are refused', async (t) => {
  const levels = Array.from({ length: 12 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(10).fill(`*a${i}`)}]`);
  const dir = t.testdir({
    'bomb.yaml': ['a0: &a0 x', ...levels].join('\n'),
    'deep.yaml': `fix: ${'['.repeat(100_000)}`,
    'large.yaml': `# ${'x'.repeat(1 << 20)}`,
  });
  t.match(await complaint(readStudyFile(`${dir}/bomb.yaml`)), /alias/i);
  t.match(await complaint(readStudyFile(`${dir}/deep.yaml`)), /deep\.yaml/);
  t.match(await complaint(readStudyFile(`${dir}/large.yaml`)), /at most 1048576/);
});

t.test('a space file may be YAML or JSON', async (t) => {
  const dir = t.testdir({ 'space.json': '{"lr": {"low": 0.1, "high": 0.5},\n "loss": ["ova"]}' });
  const { patch, source } = await readSpaceFile(`${dir}/space.json`);
  t.same(patch, { lr: { low: 0.1, high: 0.5 }, loss: { type: 'categorical', choices: ['ova'] } });
  t.equal(source('loss'), `${dir}/space.json:2`);
});

t.test('the first place that has a value decides, each name on its own', async (t) => {
  const { config, sources } = resolveConfig([
    { values: { seed: 1, fix: { lr: 0.1 } }, source: (key) => `flag ${key}` },
    { values: { seed: 2, jobs: 3, fix: { lr: 0.2, dim: 50 } }, source: (key) => `file ${key}` },
  ]);
  t.same(config, { seed: 1, jobs: 3, fix: { lr: 0.1, dim: 50 } });
  t.same(Object.fromEntries(sources), {
    seed: 'flag seed',
    jobs: 'file jobs',
    'fix.lr': 'flag fix.lr',
    'fix.dim': 'file fix.dim',
  });
});

const studies = new URL('../../../studies/', import.meta.url);

t.test('the schema for editors is the one that files are checked against', async (t) => {
  const stored = JSON.parse(readFileSync(new URL('study.schema.json', studies), 'utf8'));
  t.same(stored, JSON.parse(JSON.stringify(studyFileJsonSchema())), 'else: npm run build:study-schema');
});

t.test('the study files that come along are valid', async (t) => {
  const layer = await readStudyFile(fileURLToPath(new URL('fasttext.yaml', studies)));
  t.equal(layer.values.model, 'fasttext');
});
