import { accessSync, chmodSync, constants, existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import t, { type Test } from 'tap';

/** There is no Docker engine where the tests run: what can be wrong about the image is looked at, its entry is run. */
const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const lines = readFileSync(join(root, 'Dockerfile'), 'utf8')
  .replace(/\\\n\s*/g, '')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => ({ word: line.split(' ')[0]!, rest: line.slice(line.indexOf(' ') + 1) }));
const restsOf = (word: string): string[] =>
  lines.filter((line) => line.word === word).map(({ rest }) => rest);
const stages = restsOf('FROM').map((rest) => rest.split(' AS ') as [base: string, name?: string]);

t.test('every stage stands on a pinned image or on an earlier stage', async (t) => {
  const args = new Map(restsOf('ARG').map((rest) => rest.split('=') as [string, string | undefined]));
  const images = [...args.values()].filter((value) => value?.includes(':'));
  t.equal(images.length, 2);
  for (const image of images) t.notMatch(image, /:latest$/);
  t.same(
    stages.map(([base, name]) => `${base.replace(/[${}]/g, '')} ${name ?? ''}`.trim()),
    ['NODE_IMAGE build', 'NODE_IMAGE base-cpu', 'CUDA_IMAGE base-cuda', 'base-VARIANT'],
  );
  t.match(readFileSync(join(root, 'Dockerfile'), 'utf8'), /^ARG VARIANT=cpu$/m);
  const install = restsOf('RUN').find((rest) => rest.includes('npm ci'))!;
  t.match(install, /cpu\) ort=skip ;; cuda\) ort=cuda12 ;;.*--onnxruntime-node-install="\$ort"/);
});

t.test('what is copied is there, and is let into the context', async (t) => {
  const allowed = readFileSync(join(root, '.dockerignore'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('!'))
    .map((line) => line.slice(1));
  const copies = restsOf('COPY').filter((rest) => !rest.startsWith('--from='));
  const sources = copies.flatMap((rest) => rest.split(' ').slice(0, -1));
  t.same([...sources].sort(), [...allowed].sort(), 'the context holds nothing else');
  for (const source of sources) t.ok(existsSync(join(root, source)), source);
  const named = new Set(stages.map(([, name]) => name));
  for (const rest of restsOf('COPY').filter((one) => one.startsWith('--from=')))
    t.ok(named.has(/^--from=(\S+)/.exec(rest)![1]), rest);
});

t.test('the image runs as a user of its own, on a volume, by an entry that passes signals on', async (t) => {
  const last = lines.slice(lines.findLastIndex(({ word }) => word === 'FROM'));
  const at = (word: string): number => last.findIndex((line) => line.word === word);
  t.ok(at('USER') > at('RUN'), 'after what root has to do');
  t.equal(last[at('USER')]!.rest, 'hpo');
  t.ok(last[at('RUN')]!.rest.includes('useradd') && last[at('RUN')]!.rest.includes('install -y'));
  t.same(JSON.parse(last[at('VOLUME')]!.rest), [last[at('WORKDIR')]!.rest]);
  t.match(last[at('ENV')]!.rest, /HPO_RUNS_DIR=\/work\/runs/);
  const entry = JSON.parse(last[at('ENTRYPOINT')]!.rest) as string[];
  t.same(entry, ['tini', '--', '/opt/hpo/scripts/docker-entrypoint.sh']);
  accessSync(join(root, 'scripts/docker-entrypoint.sh'), constants.X_OK);
});

interface Setting {
  readonly env?: Record<string, string>;
  /** In DATA_DIR. */
  readonly data?: readonly string[];
}

/** What the entry makes of a container's words: the words of hpo, and what it says on stderr. */
async function enter(t: Test, words: readonly string[], { env = {}, data = [] }: Setting = {}) {
  const dir = t.testdir({
    hpo: '#!/bin/sh\nprintf "%s\\n" "$@" "devices=$CUDA_VISIBLE_DEVICES"\n',
    data: Object.fromEntries(data.map((name) => [name, ''])),
  });
  chmodSync(join(dir, 'hpo'), 0o755);
  const { stdout, stderr, exitCode } = await execa(join(root, 'scripts/docker-entrypoint.sh'), [...words], {
    reject: false,
    extendEnv: false,
    env: { PATH: `${dir}:${process.env['PATH']}`, DATA_DIR: join(dir, 'data'), ...env },
  });
  return { words: stdout.replaceAll(dir, '').split('\n'), stderr, exitCode };
}

const FASTTEXT = ['optimize', '--model', 'fasttext'];

t.test('words and the exit code pass through as they are', async (t) => {
  const { words } = await enter(t, ['best', '--study', 'a b', ''], { data: ['train.txt'] });
  t.same(words, ['best', '--study', 'a b', '', 'devices=']);
});

t.test("DATA_DIR is a new study's data, unless it has its own", async (t) => {
  const data = ['train.csv', 'train.csv.gz', 'valid.txt.gz', 'notes.txt'];
  const given = await enter(t, FASTTEXT, { data });
  t.same(given.words.slice(3, -1), ['--train', '/data/train.csv', '--valid', '/data/valid.txt.gz']);
  const own = await enter(t, [...FASTTEXT, '--train=x.txt'], { data });
  t.same(own.words.slice(3, -1), ['--train=x.txt']);
  const goesOn = await enter(t, ['optimize', '--n-trials', '5'], { data });
  t.same(goesOn.words.slice(0, -1), ['optimize', '--n-trials', '5']);
});

t.test('EPOCHS and BATCH_SIZE fix parameters under the name that the model has for them', async (t) => {
  const env = { EPOCHS: '7', BATCH_SIZE: '32' };
  const fasttext = await enter(t, FASTTEXT, { env });
  t.same(fasttext.words.slice(3, -1), ['--fix', 'epoch=7']);
  t.match(fasttext.stderr, /BATCH_SIZE means nothing to fasttext/);
  const lstm = await enter(t, ['create-study', '--model=lstm'], { env });
  t.same(lstm.words.slice(2, -1), ['--fix', 'epochs=7', '--fix', 'batchSize=32']);
  const program = await enter(t, ['optimize', '--model', 'command'], { env });
  t.same(program.words.slice(3, -1), [], 'it reads its environment');
  const wrong = await enter(t, FASTTEXT, { env: { EPOCHS: '7; rm -rf x' } });
  t.match(wrong, { exitCode: 2, stderr: /EPOCHS must be a whole number/ });
});

t.test('CUDA_DEVICES are one trial each, or the only devices that are seen', async (t) => {
  const env = { CUDA_DEVICES: '0,2' };
  const search = await enter(t, ['optimize', '--n-trials', '5'], { env });
  t.same(search.words.slice(3), ['--gpus', '0,2', '--jobs', '2', 'devices=']);
  const typed = await enter(t, ['optimize', '--gpus', '1'], { env });
  t.same(typed.words, ['optimize', '--gpus', '1', 'devices=']);
  const predict = await enter(t, ['predict'], { env });
  t.same(predict.words, ['predict', 'devices=0,2']);
});
