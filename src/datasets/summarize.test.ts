import t from 'tap';
import { createDataset, summarizeDataset, summarizeLabels } from './index.ts';

const dataset = createDataset([
  { text: 'one two', labels: ['b'] },
  { text: 'ONE  two', labels: ['a'] },
  { text: 'привет 😀', labels: ['a', 'c'] },
  { text: '', labels: ['a'] },
  { text: 'one two', labels: ['b'] },
]);

t.test('labels are listed by falling count, then by code point', async (t) => {
  t.same(dataset.labels, ['a', 'b', 'c']);
  t.equal(dataset.multiLabel, true);
  t.equal(createDataset([{ text: 'x', labels: ['a'] }]).multiLabel, false);
  const odd = createDataset(
    ['\u{1f600}', '\uffee', '__proto__'].map((label) => ({ text: 'x', labels: [label] })),
  );
  t.same(odd.labels, ['__proto__', '\uffee', '\u{1f600}']);
  t.equal(Object.keys(summarizeLabels(odd).counts).length, 3);
});

t.test('a summary tells what a data set is like', async (t) => {
  const summary = summarizeDataset(dataset);
  t.match(summary, {
    documents: 5,
    nDocuments: 5,
    nLabels: 3,
    multiLabel: true,
    counts: { a: 3, b: 2, c: 1 },
    imbalance: 3,
    cardinality: 6 / 5,
    duplicates: 2,
    conflicting: 1,
    emptyTexts: 1,
    unlabelled: 0,
    scripts: { latin: 18 / 24, cyrillic: 6 / 24, other: 0 },
  });
  t.same(summary.labels[0], { label: 'a', count: 3, share: 0.6 });
  t.match(summary.words, { min: 0, median: 2, max: 2, mean: 1.6 });
  t.match(summary.chars, { min: 0, p25: 7, median: 7, p75: 8, max: 8 }, 'an emoji is one character');
});

t.test('other scripts, digits and signs', async (t) => {
  const { scripts } = summarizeDataset(createDataset([{ text: 'é × 漢字 123 ΑΒ ё', labels: ['x'] }]));
  t.same(scripts, { latin: 1 / 6, cyrillic: 1 / 6, other: 4 / 6 });
});
