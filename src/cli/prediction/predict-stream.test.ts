import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { UsageError } from '../../domain/errors.ts';
import type { Predictor } from '../../domain/ports.ts';
import type { InputBatch } from './inputs.ts';
import { openSink, type Sink } from './output-file.ts';
import { predictStream } from './predict-stream.ts';
import { rowFormat } from './prediction-rows.ts';
import { renderProgress } from './progress.ts';
import { collectMetrics } from './test-metrics.ts';

/** Even lengths are `even`, odd ones `odd`: enough to see order and gaps. */
const parity: Predictor = {
  labels: ['even', 'odd'],
  predict: async (texts) =>
    texts.map((text) => [{ label: text.length % 2 ? 'odd' : 'even', probability: 0.75 }]),
  normalise: (text) => text.toUpperCase(),
  dispose: () => {},
};

function memorySink(): Sink & { text: () => string } {
  let text = '';
  return {
    write: async (more) => {
      text += more;
    },
    commit: async () => {},
    abort: async () => {},
    text: () => text,
  };
}

async function* batches(...all: InputBatch[]): AsyncGenerator<InputBatch> {
  yield* all;
}

t.test('every input gets its row in order, unreadable ones an empty row', async (t) => {
  const [output, normalised] = [memorySink(), memorySink()];
  const metrics = collectMetrics(parity.labels, null, false);
  const summary = await predictStream({
    batches: batches(
      {
        inputs: [
          { text: 'a', labels: ['odd'] },
          { text: null, labels: null },
        ],
        problems: [{ line: 2, reason: 'r', dropped: true }],
      },
      {
        inputs: [
          { text: 'b\nc', labels: ['even'] },
          { text: '', labels: null },
        ],
        problems: [],
      },
    ),
    predictor: parity,
    options: { k: null, threshold: null },
    format: rowFormat('csv', { csvSafe: false, labelPrefix: '__label__' }),
    output,
    normalised,
    metrics,
    onProgress: () => {},
  });
  t.equal(output.text(), 'label,probability\nodd,0.75\n,\nodd,0.75\neven,0.75\n');
  t.equal(normalised.text(), 'A\n\nB C\n\n');
  t.match(summary, { documents: 4, problems: 1 });
  t.equal(metrics.result()?.documents, 2);
  t.equal(metrics.result()?.metrics['accuracy'], 0.5);
});

t.test('rows in each format', async (t) => {
  const scores = [
    { label: '=cmd', probability: 0.123456789 },
    { label: 'b', probability: 1 },
  ];
  const row = (format: 'csv' | 'jsonl' | 'fasttext', csvSafe = false): string =>
    rowFormat(format, { csvSafe, labelPrefix: '__label__' }).row(scores);
  t.equal(row('csv'), '=cmd b,0.1234568 1\n');
  t.equal(row('csv', true), "'=cmd b,0.1234568 1\n");
  t.equal(row('jsonl'), '{"labels":["=cmd","b"],"probabilities":[0.1234568,1]}\n');
  t.equal(row('fasttext'), '__label__=cmd __label__b\n');
});

t.test(
  'metrics follow the objective, count unknown gold labels as misses, and skip unlabelled rows',
  async (t) => {
    const binary = { metric: 'f1', direction: 'maximize', average: 'binary', positiveLabel: 'odd' } as const;
    const metrics = collectMetrics(['even', 'odd'], binary, false);
    metrics.add([], ['odd']);
    metrics.add(['odd'], ['odd']);
    metrics.add(['unheard'], ['odd']);
    const result = metrics.result()!;
    t.equal(result.documents, 2);
    t.equal(result.metrics['precision'], 0.5);
    t.equal(result.metrics['recall'], 1);
    t.equal(collectMetrics(['a'], null, false).result(), null);
  },
);

t.test('a file appears whole at the commit, or not at all', async (t) => {
  const dir = t.testdir();
  const path = join(dir, 'out.csv');
  const sink = await openSink(path, '--output');
  await sink.write('half');
  t.notOk(existsSync(path));
  await sink.abort();
  t.same(readdirSync(dir), [], 'no temporary file is left');
  const second = await openSink(path, '--output');
  await second.write('whole');
  await second.commit();
  t.equal(readFileSync(path, 'utf8'), 'whole');
  t.same(readdirSync(dir), ['out.csv']);
});

t.test('a symbolic link keeps pointing at its file, a device stays a device', async (t) => {
  const dir = t.testdir({ 'target.csv': 'old' });
  symlinkSync(join(dir, 'target.csv'), join(dir, 'link.csv'));
  const sink = await openSink(join(dir, 'link.csv'), '--output');
  await sink.write('new');
  await sink.commit();
  t.equal(readFileSync(join(dir, 'target.csv'), 'utf8'), 'new');
  const nothing = await openSink('/dev/null', '--output');
  await nothing.write('x');
  await nothing.commit();
  writeFileSync('/dev/null', 'still a device');
});

t.test('a folder, or a file in a folder that is not there, is refused', async (t) => {
  const dir = t.testdir();
  await t.rejects(openSink(dir, '--output'), UsageError);
  await t.rejects(openSink(join(dir, 'no', 'out.csv'), '--output'), UsageError);
});

t.test('the bar shows share, speed and time left, and less where the size is unknown', async (t) => {
  const line = renderProgress('predict', 5000, 0.5, 10, true);
  t.match(line, /predict {2}#{15}-{15} {2}50% {2}5,000 lines {2}500\/s {2}ETA 10\.0 s/);
  t.equal(renderProgress('predict', 10, null, 1, true), 'predict  10 lines  10/s');
});
