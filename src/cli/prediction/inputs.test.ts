import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import t, { type Test } from 'tap';
import type { LineProblem, ReaderOptions } from '../../datasets/format.ts';
import { DataError, UsageError } from '../../domain/errors.ts';
import { openInput } from './input-bytes.ts';
import { type Input, type InputFormat, readInputs } from './inputs.ts';

interface Read {
  readonly inputs: Input[];
  readonly problems: LineProblem[];
}

async function read(
  t: Test,
  name: string,
  content: string | Uint8Array,
  options: ReaderOptions & { format?: InputFormat } = {},
): Promise<Read> {
  const path = join(t.testdir(), name);
  writeFileSync(path, content);
  const { format = null, ...readerOptions } = options;
  const source = { name, options: readerOptions, modelLabels: new Set(['ham', 'spam']) };
  const [inputs, problems]: [Input[], LineProblem[]] = [[], []];
  for await (const batch of readInputs(await openInput(path), path, format, source)) {
    inputs.push(...batch.inputs);
    problems.push(...batch.problems);
  }
  return { inputs, problems };
}

t.test('plain lines are texts as they stand, empty ones included', async (t) => {
  const { inputs } = await read(t, 'a.txt', '\ufeffone  two\r\n\r\n  last, "quoted"');
  t.same(
    inputs.map(({ text }) => text),
    ['one  two', '', '  last, "quoted"'],
  );
  t.ok(inputs.every(({ labels }) => labels === null));
});

t.test('labels of fastText lines are taken out and kept as the truth', async (t) => {
  const { inputs } = await read(
    t,
    'a.txt',
    '__label__spam win __label__x now\n__label__ham hi\n\nno label\n',
  );
  t.same(inputs, [
    { text: 'win now', labels: ['spam', 'x'] },
    { text: 'hi', labels: ['ham'] },
    { text: '', labels: [] },
    { text: 'no label', labels: [] },
  ]);
  const own = await read(t, 'a.txt', '#spam win\n', { labelPrefix: '#' });
  t.same(own.inputs, [{ text: 'win', labels: ['spam'] }]);
});

t.test('--data-format text keeps what looks like a label', async (t) => {
  const { inputs } = await read(t, 'a.txt', '__label__spam win\n', { format: 'text' });
  t.same(inputs, [{ text: '__label__spam win', labels: null }]);
});

t.test('CSV columns are found by name, and cells may hold line breaks', async (t) => {
  const { inputs } = await read(t, 'a.csv', 'id,text,label\n1,"a, ""b""\nc",spam\n2,,ham\n');
  t.same(inputs, [
    { text: 'a, "b"\nc', labels: ['spam'] },
    { text: '', labels: ['ham'] },
  ]);
});

t.test('a CSV of texts alone needs no label', async (t) => {
  t.same((await read(t, 'a.csv', 'text\nfirst\n\nthird\n')).inputs, [
    { text: 'first', labels: null },
    { text: '', labels: null },
    { text: 'third', labels: null },
  ]);
});

t.test('without names, the column that holds labels of the model is the label', async (t) => {
  t.same((await read(t, 'a.tsv', 'ham\thello\nspam\twin "now\n')).inputs, [
    { text: 'hello', labels: ['ham'] },
    { text: 'win "now', labels: ['spam'] },
  ]);
});

t.test('columns are named by hand, by name or number', async (t) => {
  const table = 'who,what,when\nann,hello,now\n';
  t.equal((await read(t, 'a.csv', table, { textColumn: 'what' })).inputs[0]!.text, 'hello');
  t.equal((await read(t, 'a.csv', table, { textColumn: 2, header: true })).inputs[0]!.text, 'hello');
  await t.rejects(read(t, 'a.csv', table), { message: 'a.csv: it is unclear which column is the text.' });
  await t.rejects(read(t, 'a.csv', table, { textColumn: 'nope' }), {
    message: 'a.csv: there is no column "nope".',
  });
});

t.test('a row that is too short keeps its place', async (t) => {
  const { inputs, problems } = await read(t, 'a.csv', 'label,text\nspam,one\nham\nspam,three\n');
  t.same(
    inputs.map(({ text }) => text),
    ['one', null, 'three'],
  );
  t.match(problems, [{ line: 3 }]);
});

t.test('JSON lines: objects, bare strings, broken lines', async (t) => {
  const lines = [
    '{"text":"a","label":["spam","ham"]}',
    '"bare"',
    '{broken',
    '',
    '{"text":5}',
    '{"text":"b"}',
  ];
  const { inputs, problems } = await read(t, 'a.jsonl', lines.join('\n'));
  t.same(inputs, [
    { text: 'a', labels: ['spam', 'ham'] },
    { text: 'bare', labels: null },
    { text: null, labels: null },
    { text: '', labels: null },
    { text: null, labels: null },
    { text: 'b', labels: [] },
  ]);
  t.same(
    problems.map(({ line }) => line),
    [3, 5],
  );
});

t.test('JSON lines are recognised by content', async (t) => {
  t.same((await read(t, 'noname', '{"body":"x"}\n')).inputs, [{ text: 'x', labels: null }]);
});

t.test('bytes that are not UTF-8 keep their line and are counted', async (t) => {
  const { inputs, problems } = await read(t, 'a.txt', Buffer.from('ok\ncaf\xe9\nlast\n', 'latin1'));
  t.same(
    inputs.map(({ text }) => text),
    ['ok', 'caf\ufffd', 'last'],
  );
  t.match(problems, [{ line: 2, reason: /UTF-8/ }]);
});

t.test('gzip is unpacked whatever its name, and damage is said', async (t) => {
  const packed = gzipSync('one\ntwo\n');
  t.equal((await read(t, 'a.txt', packed)).inputs.length, 2);
  await t.rejects(read(t, 'a.gz', packed.subarray(0, 12)), { message: 'a.gz is a damaged gzip file.' });
});

t.test('a column option on plain text says what is missing', async (t) => {
  await t.rejects(read(t, 'a.txt', 'x\n', { textColumn: 1 }), UsageError);
});

t.test('a missing file and a folder are refused', async (t) => {
  await t.rejects(openInput('/no/such/file'), DataError);
  await t.rejects(openInput(t.testdir()), DataError);
});
