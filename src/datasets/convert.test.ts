import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import t from 'tap';
import type { Document } from '../domain/dataset.ts';
import { UsageError } from '../domain/errors.ts';
import { createRng } from '../domain/random.ts';
import { convertData, describeData, FORMAT_NAMES, readDataset, splitData } from './index.ts';
import { writeDocuments } from './write-documents.ts';

const ODD = [
  '"',
  "'",
  ',',
  ';',
  '\t',
  '\n',
  '\r\n',
  ' ',
  '|',
  '[',
  ']',
  '{',
  '\\',
  'é',
  'e\u0301',
  'ж',
  '😀',
  '\u2028',
];

/** Texts and labels made of what formats stumble over. */
function makeOddDocuments(seed: number, n: number, maxLabels: number): Document[] {
  const rng = createRng(seed, 0);
  const draw = (): string => {
    const pieces = Array.from({ length: rng.integer(8) }, () =>
      rng.uniform() < 0.5 ? ODD[rng.integer(ODD.length)]! : 'word',
    );
    return pieces.join('');
  };
  return Array.from({ length: n }, () => ({
    // CRLF inside a cell is read as LF.
    text: `x${draw()}`.replaceAll('\r\n', '\n'),
    labels: Array.from({ length: 1 + rng.integer(maxLabels) }, (_, i) =>
      `${i}${draw()}`.replace(/\s+/g, ' ').trim(),
    ),
  }));
}

t.test('what CSV and JSON lines write, they read back', async (t) => {
  for (const name of ['a.csv', 'a.jsonl', 'a.csv.gz', 'a.jsonl.gz']) {
    for (const maxLabels of [1, 3]) {
      const documents = makeOddDocuments(maxLabels, 500, maxLabels);
      const path = join(t.testdir(), name);
      const written = await writeDocuments(path, name.startsWith('a.csv') ? 'csv' : 'jsonl', [documents]);
      t.same(written, { documents: 500, changed: 0 });
      const { dataset, problems } = await readDataset(await describeData(path));
      t.equal(problems.count, 0);
      t.same(dataset.documents, documents, `${name}, up to ${maxLabels} labels`);
    }
  }
});

t.test('TSV and fastText count what they cannot hold, and hold the rest', async (t) => {
  for (const format of ['tsv', 'fasttext'] as const) {
    const documents = makeOddDocuments(7, 500, 2);
    const path = join(t.testdir(), 'out');
    const { changed } = await writeDocuments(path, format, [documents]);
    const { dataset, problems } = await readDataset(await describeData(path, { format }));
    t.equal(problems.count, 0);
    t.equal(dataset.documents.length, 500, 'no document is lost');
    const differing = dataset.documents.filter((document, i) => {
      const same = (a: string, b: string): boolean => a.trimEnd() === b.trimEnd();
      return (
        !same(document.text, documents[i]!.text) ||
        document.labels.join('\0') !== documents[i]!.labels.join('\0')
      );
    });
    t.ok(
      differing.length <= changed && changed < 500,
      `${format}: ${differing.length} differ, ${changed} counted`,
    );
  }
});

t.test('every format goes into every other', async (t) => {
  const dir = t.testdir({ 'in.txt': '__label__a one, "two"\n__label__b __label__a three\n' });
  const { dataset } = await readDataset(await describeData(join(dir, 'in.txt')));
  for (const from of FORMAT_NAMES) {
    await convertData(await describeData(join(dir, 'in.txt')), join(dir, `mid.${from}`), { to: from });
    const mid = await describeData(join(dir, `mid.${from}`));
    t.equal(mid.format, from, 'and is recognised');
    for (const to of FORMAT_NAMES) {
      const { changed } = await convertData(mid, join(dir, `out.${to}`), { to });
      const out = await readDataset(await describeData(join(dir, `out.${to}`)));
      t.same([out.dataset, changed], [dataset, 0], `${from} to ${to}`);
    }
  }
});

t.test('the fastText writer guards what would be read as something else', async (t) => {
  const path = join(t.testdir(), 'a.txt');
  const documents = [
    { text: 'two\nlines\u2028more', labels: ['two words'] },
    { text: '__label__no label', labels: ['a'] },
    { text: 'fine', labels: ['a', 'b'] },
    { text: 'nothing', labels: [] },
  ];
  t.same(await writeDocuments(path, 'fasttext', [documents]), { documents: 4, changed: 3 });
  t.equal(
    readFileSync(path, 'utf8'),
    [
      '__label__two_words two lines more',
      '__label__a ___label__no label',
      '__label__a __label__b fine',
      'nothing',
      '',
    ].join('\n'),
  );
});

t.test('bad lines of the input are counted', async (t) => {
  const dir = t.testdir({ 'in.txt': '__label__a one\nbad\n' });
  const converted = await convertData(
    await describeData(join(dir, 'in.txt')),
    join(dir, 'new', 'out.jsonl.gz'),
  );
  t.match(converted, { format: 'jsonl', documents: 1, changed: 0, problems: { count: 1 } });
  t.equal(
    gunzipSync(readFileSync(join(dir, 'new', 'out.jsonl.gz'))).toString(),
    '{"text":"one","label":"a"}\n',
  );
});

t.test('a conversion that fails leaves what was there', async (t) => {
  const dir = t.testdir({ 'in.txt': '__label__a one\n', 'out.csv': 'precious' });
  const ref = await describeData(join(dir, 'in.txt'));
  writeFileSync(join(dir, 'in.txt'), '__label__a two\n');
  await t.rejects(convertData(ref, join(dir, 'out.csv')), /changed/);
  t.same(readdirSync(dir), ['in.txt', 'out.csv'], 'and no rest of it');
  t.equal(readFileSync(join(dir, 'out.csv'), 'utf8'), 'precious');
  await t.rejects(convertData(ref, join(dir, 'in.txt')), UsageError, 'the input is no output');
  await t.rejects(convertData(ref, join(dir, 'out.xml')), /tells no format/);
});

t.test('a file is split into stratified parts', async (t) => {
  const lines = Array.from({ length: 100 }, (_, i) => `__label__${i % 5 === 0 ? 'a' : 'b'} text ${i}`);
  const dir = t.testdir({ 'in.txt': `${lines.join('\n')}\n` });
  const ref = await describeData(join(dir, 'in.txt'));
  const { files } = await splitData(ref, join(dir, 'out'), { valid: 0.2, test: 0.1, seed: 3 });
  t.same(
    files.map(({ part, documents }) => [part, documents]),
    [
      ['train', 70],
      ['valid', 20],
      ['test', 10],
    ],
  );
  const all = files.flatMap(({ path }) => readFileSync(path, 'utf8').trim().split('\n'));
  t.same(all.sort(), lines.sort(), 'no line is lost');
  const two = await splitData(ref, join(dir, 'two'), { test: 0, to: 'csv' });
  t.same(
    two.files.map(({ part }) => part),
    ['train', 'valid'],
  );
  t.same(readdirSync(join(dir, 'two')), ['train.csv', 'valid.csv']);
  await t.rejects(splitData(ref, join(dir, 'three'), { valid: 0.7, test: 0.4 }), UsageError);
});
