import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import t, { type Test } from 'tap';
import { DataError, UsageError } from '../domain/errors.ts';
import type { DescribeOptions } from './describe-data.ts';
import { describeData, readDataset } from './index.ts';

/** The error of reading a file with this content, as one text. */
async function failure(
  t: Test,
  name: string,
  content: string | Buffer,
  options: DescribeOptions = {},
): Promise<string> {
  const path = join(t.testdir(), name);
  writeFileSync(path, content);
  return failureOf(path, options);
}

async function failureOf(path: string, options: DescribeOptions = {}): Promise<string> {
  try {
    await readDataset(await describeData(path, options));
  } catch (error) {
    if (!(error instanceof DataError) || error.fix === undefined) throw error;
    return [error.message, ...error.details, error.fix].join('\n');
  }
  return 'no error';
}

t.test('a missing file lists its neighbours', async (t) => {
  const dir = t.testdir({ 'train.txt': '', 'other.txt': '' });
  const text = await failureOf(join(dir, 'trian.txt'));
  t.match(text, /no file .*trian\.txt/);
  t.match(text, /train\.txt/);
  t.notMatch(text, /other/);
});

t.test('a folder lists what it holds', async (t) => {
  const text = await failureOf(t.testdir({ 'train.txt': '', 'valid.txt': '' }));
  t.match(text, /is a folder/);
  t.match(text, /train\.txt, valid\.txt/);
});

t.test('empty files and files of blank lines', async (t) => {
  t.match(await failure(t, 'a.txt', ''), /is empty/);
  t.match(await failure(t, 'a.txt.gz', gzipSync('')), /is empty/);
  t.match(await failure(t, 'b.txt', '\n \n\r\n'), /blank lines only/);
});

t.test('what is no UTF-8 text is told with the way out', async (t) => {
  t.match(await failure(t, 'a.txt', Buffer.from('\ufeff__label__a x\n', 'utf16le')), /iconv/);
  t.match(await failure(t, 'a.txt', '__label__a x\r__label__b y\r'), /CR alone/);
  t.match(await failure(t, 'a.zip', 'PK\u0003\u0004 something\n'), /unzip/);
  t.match(
    await failure(t, 'a.txt.gz', gzipSync('__label__a x\n'.repeat(1000)).subarray(0, 40)),
    /damaged gzip/,
  );
  t.match(await failure(t, 'a.txt', Buffer.alloc(40 << 20, 'x')), /:1: the line is longer than 16 MiB/);
});

t.test('files without labels', async (t) => {
  const text = await failure(t, 'a.txt', 'just text\nmore text\n', { format: 'fasttext' });
  t.match(text, /no labelled document/);
  t.match(text, /line 1: no word begins with __label__/);
  t.match(await failure(t, 'a.csv', 'text,label\nx,\n'), /--label-column/);
});

t.test('columns that are not there or not clear', async (t) => {
  const csv = 'when,body,kind\n1,text,x\n';
  t.match(
    await failure(t, 'a.csv', csv, { textColumn: 'txt' }),
    /no column "txt"\.\nits columns: when, body, kind/,
  );
  t.match(await failure(t, 'a.csv', csv, { textColumn: 'body', labelColumn: 'label' }), /when, body, kind/);
  t.match(await failure(t, 'a.csv', csv, { textColumn: 4, labelColumn: 1 }), /no column "4"/);
  t.match(await failure(t, 'a.csv', csv), /unclear which column is the label/);
  t.match(await failure(t, 'a.csv', 'one\ntwo\n'), /one column only/);
  const jsonl = '{"id": 1, "symptoms": "cough", "code": "J06"}\n';
  t.match(await failure(t, 'a.jsonl', jsonl), /unclear which field is the text.\n.*id, symptoms, code/);
  t.match(await failure(t, 'a.jsonl', jsonl, { textColumn: 'text' }), /no field "text"/);
});

t.test('formats that cannot be told, or do not exist', async (t) => {
  t.match(await failure(t, 'notes', 'Dear reader, hello.\nThis is prose.\n'), /format of .* is unclear/);
  t.match(await failure(t, 'a.json', '[\n{"text": "x", "label": "y"}\n]\n'), /jq -c/);
  const dir = t.testdir({ 'a.txt': '__label__a x\n' });
  await t.rejects(describeData(join(dir, 'a.txt'), { format: 'xml' }), UsageError);
});

t.test('a quote that never ends is found at its beginning', async (t) => {
  const text = await failure(t, 'a.csv', 'text,label\nfine,a\n"never closed,b\nmore,c\n');
  t.match(text, /a\.csv:3: a quoted cell that begins here never ends/);
  const endless = await failure(t, 'b.csv', `text,label\n"${'more and more\n'.repeat(500_000)}`);
  t.match(endless, /b\.csv:2/, 'also in a file too large to hold in one record');
});

t.test('a file that changed since it was described is refused', async (t) => {
  const path = join(t.testdir({ 'a.txt': '__label__a x\n__label__b y\n' }), 'a.txt');
  const ref = await describeData(path);
  writeFileSync(path, '__label__a x\n__label__b z\n');
  await t.rejects(readDataset(ref), /bytes have changed/);
});

const isRoot = process.getuid?.() === 0;
t.test('a file without permission', { skip: isRoot && 'root may read everything' }, async (t) => {
  const path = join(t.testdir({ 'a.txt': '__label__a x\n' }), 'a.txt');
  chmodSync(path, 0);
  t.match(await failureOf(path), /may not be read/);
});
