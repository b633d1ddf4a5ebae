import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import t, { type Test } from 'tap';
import { createRng } from '../domain/random.ts';
import type { DescribeOptions } from './describe-data.ts';
import { type DataProblems, describeData, readDataset } from './index.ts';

type Row = readonly [text: string, ...labels: string[]];

interface Read {
  readonly format: string;
  readonly rows: Row[];
  readonly problems: DataProblems;
  readonly multiLabel: boolean;
}

async function read(
  t: Test,
  name: string,
  content: string | Buffer,
  options: DescribeOptions = {},
): Promise<Read> {
  const path = join(t.testdir(), name);
  writeFileSync(path, content);
  const ref = await describeData(path, options);
  const { dataset, problems } = await readDataset(ref);
  const rows = dataset.documents.map(({ text, labels }): Row => [text, ...labels]);
  return { format: ref.format, rows, problems, multiLabel: dataset.multiLabel };
}

const clean = { count: 0, dropped: 0, samples: [] };

t.test('fastText lines', async (t) => {
  const { rows, problems, multiLabel } = await read(
    t,
    'train.txt',
    [
      '__label__a plain text',
      '  __label__a\t__label__b   two labels, odd blanks  ',
      'a label __label__b may stand anywhere',
      '__label__a',
      '__label__a twice __label__a',
      'mid__label__word is text __label__ж',
      '__label__a no-break\u00a0space and \u2028 stay\u00a0',
    ].join('\n'),
  );
  t.same(rows, [
    ['plain text', 'a'],
    ['two labels, odd blanks', 'a', 'b'],
    ['a label may stand anywhere', 'b'],
    ['', 'a'],
    ['twice', 'a'],
    ['mid__label__word is text', 'ж'],
    ['no-break\u00a0space and \u2028 stay\u00a0', 'a'],
  ]);
  t.same(problems, clean);
  t.equal(multiLabel, true);
});

t.test('bad lines are counted and listed, and the rest is read', async (t) => {
  const { rows, problems } = await read(
    t,
    'train.txt',
    '__label__a one\n\nno label here\n__label__ empty\n__label__b two\n',
  );
  t.same(rows, [
    ['one', 'a'],
    ['two', 'b'],
  ]);
  t.same(problems, {
    count: 3,
    dropped: 3,
    samples: [
      { line: 2, reason: 'blank line' },
      { line: 3, reason: 'no word begins with __label__' },
      { line: 4, reason: 'nothing follows __label__' },
    ],
  });
  const many = await read(t, 'many.txt', '__label__a x\n'.repeat(60) + 'bad\n'.repeat(50));
  t.same([many.problems.count, many.problems.samples.length], [50, 20]);
});

t.test('another label prefix', async (t) => {
  const { rows, format } = await read(t, 'train.txt', '#a one __label__x\n#b two\n', { labelPrefix: '#' });
  t.equal(format, 'fasttext');
  t.same(rows, [
    ['one __label__x', 'a'],
    ['two', 'b'],
  ]);
});

t.test('a delimiter in the label makes a table, unless the name says fastText', async (t) => {
  const content = '__label__a,first text\n__label__b,second text\n';
  t.same((await read(t, 'a.csv', content)).rows, [
    ['first text', '__label__a'],
    ['second text', '__label__b'],
  ]);
  t.same((await read(t, 'a.txt', content)).rows, [
    ['text', 'a,first'],
    ['text', 'b,second'],
  ]);
  t.same(
    (await read(t, 'b.csv', '__label__a first, text\n')).rows,
    [['first, text', 'a']],
    'content before name',
  );
});

t.test('a byte order mark, CRLF and a missing last line end make no difference', async (t) => {
  const plain = '__label__a one\n__label__b two\n';
  const want = await read(t, 'a.txt', plain);
  for (const content of [
    `\ufeff${plain}`,
    plain.replaceAll('\n', '\r\n'),
    plain.trimEnd(),
    `${plain.trimEnd()}\r`,
  ]) {
    const { rows, problems } = await read(t, 'b.txt', content);
    t.same(rows, want.rows);
    t.same(problems, clean);
  }
});

t.test('broken UTF-8 and NUL are replaced and counted', async (t) => {
  const bytes = Buffer.concat([
    Buffer.from('__label__a gut\n__label__a caf'),
    Buffer.from([0xe9]),
    Buffer.from('\n__label__b nul\0byte\n__label__b a real \ufffd stays\n'),
  ]);
  const { rows, problems } = await read(t, 'latin1.txt', bytes);
  t.same(rows, [
    ['gut', 'a'],
    ['caf\ufffd', 'a'],
    ['nul byte', 'b'],
    ['a real \ufffd stays', 'b'],
  ]);
  t.same(problems, {
    count: 2,
    dropped: 0,
    samples: [
      { line: 2, reason: 'broken UTF-8, replaced by U+FFFD' },
      { line: 3, reason: 'NUL byte, replaced by a space' },
    ],
  });
});

t.test('byte order marks of files that were joined are removed and counted', async (t) => {
  const { rows, problems } = await read(
    t,
    'joined.txt',
    '\ufeff__label__a one\n\ufeff__label__b two \ufeff\n',
  );
  t.same(rows, [
    ['one', 'a'],
    ['two \ufeff', 'b'],
  ]);
  t.same(problems.samples, [{ line: 2, reason: 'byte order mark inside the file, removed' }]);
});

t.test('gzip is known by its content', async (t) => {
  const content = '__label__a one\n__label__b два\n';
  for (const name of ['train.txt.gz', 'train.txt']) {
    const { rows } = await read(t, name, gzipSync(content));
    t.same(rows, [
      ['one', 'a'],
      ['два', 'b'],
    ]);
  }
});

t.test('CSV with quotes, line breaks, doubled quotes and stray ones', async (t) => {
  const { rows, problems } = await read(
    t,
    'train.csv',
    [
      'id,text,label',
      '1,"comma, ""quote"" and',
      'line break",a',
      '2,a 5" pipe,b',
      '3,too,many,cells',
      '4,  spaces kept  , b ',
      '',
      '5,no label,',
      '',
    ].join('\r\n'),
  );
  t.same(rows, [
    ['comma, "quote" and\nline break', 'a'],
    ['a 5" pipe', 'b'],
    ['  spaces kept  ', 'b'],
  ]);
  t.same(problems.samples, [
    { line: 5, reason: '4 columns where the first row has 3' },
    { line: 7, reason: 'blank line' },
    { line: 8, reason: 'no label' },
  ]);
});

t.test('columns by name, by number, by their names or by their look', async (t) => {
  const named = 'when,Body,Kind\n1,first text,x\n2,second text,y\n';
  const byName = await read(t, 'a.csv', named, { textColumn: 'body', labelColumn: 'Kind' });
  const byNumber = await read(t, 'b.csv', named, { textColumn: 2, labelColumn: '3', header: true });
  const want: Row[] = [
    ['first text', 'x'],
    ['second text', 'y'],
  ];
  t.same(byName.rows, want);
  t.same(byNumber.rows, want);
  t.same((await read(t, 'c.csv', 'message,intent\nfirst text,x\nsecond text,y\n')).rows, want, 'known names');
  t.same(
    (await read(t, 'd.csv', 'x,first text\ny,second text\n')).rows,
    want,
    'the longer column is the text',
  );
  t.same(
    (await read(t, 'e.csv', 'text,label\nfirst text,x\n', { header: false })).rows.length,
    2,
    'a first row that is said to be no header is data',
  );
});

t.test('other delimiters are found out', async (t) => {
  for (const delimiter of [';', '|', '\t', ',']) {
    const { rows } = await read(
      t,
      'a.csv',
      `text${delimiter}label\n"a${delimiter}b, c"${delimiter}x\nplain${delimiter}y\n`,
    );
    t.same(
      rows,
      [
        [`a${delimiter}b, c`, 'x'],
        ['plain', 'y'],
      ],
      JSON.stringify(delimiter),
    );
  }
  t.same((await read(t, 'b.csv', 'text~label\nhello~x\n', { delimiter: '~' })).rows, [['hello', 'x']]);
});

t.test('TSV takes quotation marks as text unless they wrap a whole cell', async (t) => {
  const { rows, format } = await read(
    t,
    'sms',
    'ham\t"Hello" she said\nspam\t"open and never closed\nham\t"wrapped ""whole"""\n',
  );
  t.equal(format, 'tsv', 'known by its content');
  t.same(rows, [
    ['"Hello" she said', 'ham'],
    ['"open and never closed', 'spam'],
    ['wrapped "whole"', 'ham'],
  ]);
});

t.test('several labels a cell by separator or JSON array', async (t) => {
  const separated = await read(t, 'a.tsv', 'text\tlabels\none\ta, b,a\ntwo\tb\nthree\t\n', {
    labelSeparator: ',',
  });
  t.same(separated.rows, [['one', 'a', 'b'], ['two', 'b'], ['three']]);
  t.equal(separated.multiLabel, true);
  const array = await read(t, 'b.csv', 'text,labels\none,"[""a"",""b""]"\ntwo,[x]\nthree,[]\n');
  t.same(array.rows, [['one', 'a', 'b'], ['two', '[x]'], ['three']]);
});

t.test('JSON lines', async (t) => {
  const { rows, problems, format } = await read(
    t,
    'train.jsonl',
    [
      '{"id": 1, "text": "one \\u2028 \\"q\\"", "label": "a"}',
      '{"id": 2, "text": "two", "label": ["a", "b"]}',
      '{"id": 3, "text": "three", "label": 7}',
      '{"id": 4, "text": "none on purpose", "label": []}',
      '{"id": 5, "text": "none by accident", "label": null}',
      '{"id": 6, "label": "a"}',
      '{"id": 7, "text": ',
      '[1]',
      '{"id": 8, "text": "half \\ud83d and \\u0000", "label": true}',
    ].join('\n'),
  );
  t.equal(format, 'jsonl');
  t.same(rows, [
    ['one \u2028 "q"', 'a'],
    ['two', 'a', 'b'],
    ['three', '7'],
    ['none on purpose'],
    ['half \ufffd and  ', 'true'],
  ]);
  t.match(problems.samples, [
    { line: 5, reason: 'no label' },
    { line: 6, reason: 'no text in field "text"' },
    { line: 7, reason: /no JSON/ },
    { line: 8, reason: 'no JSON object' },
    { line: 9, reason: /half a character/ },
  ]);
  t.same([problems.count, problems.dropped], [5, 4]);
  const named = await read(
    t,
    'b.jsonl',
    '{"symptoms":"cough","code":"J06"}\n{"symptoms":"ache","code":"M54"}\n',
  );
  t.same(named.rows[0], ['cough', 'J06'], 'of two fields the one that is not the label');
});

t.test('nothing is lost or shifted where blocks of bytes meet', async (t) => {
  const rng = createRng(1, 0);
  // Lines of many lengths around the block size, of characters that take 1 to 4 bytes.
  const want = Array.from({ length: 400 }, (_, i): Row => {
    const text = 'aяё€😀'.repeat(1 + rng.integer(i % 50 === 0 ? 20_000 : 300));
    return [`${i} ${text}`, `l${i % 7}`];
  });
  const content = want.map(([text, label]) => `__label__${label} ${text}\n`).join('');
  const lines = await read(t, 'a.txt', content);
  t.ok(lines.rows.every((row, i) => row[0] === want[i]![0] && row[1] === want[i]![1]));
  t.equal(lines.rows.length, want.length);
  const csv = want.map(([text, label]) => `"${text}\n""end""",${label}\n`).join('');
  const table = await read(t, 'a.csv', `text,label\n${csv}too,many,cells\n`);
  t.ok(table.rows.every((row, i) => row[0] === `${want[i]![0]}\n"end"`));
  t.equal(table.problems.samples[0]!.line, 2 + 2 * want.length);
});
