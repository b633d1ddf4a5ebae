import t from 'tap';
import type { Document } from '../domain/dataset.ts';
import { createRng } from '../domain/random.ts';
import { splitStratified } from './stratified-split.ts';

/** Documents with Zipf-like labels; the share `repeated` has a text that may have occurred before. */
function makeDocuments(
  seed: number,
  n: number,
  nLabels: number,
  perDocument: number,
  repeated = 0.1,
): Document[] {
  const rng = createRng(seed, 0);
  const draw = (): string => `l${Math.floor(nLabels ** rng.uniform()) - 1}`;
  return Array.from({ length: n }, (_, i) => ({
    text: rng.uniform() < repeated ? `  TEXT ${rng.integer(i + 1)}` : `text ${i}`,
    labels: [...new Set(Array.from({ length: 1 + rng.integer(perDocument) }, draw))],
  }));
}

const count = (documents: readonly Document[], label: string): number =>
  documents.filter(({ labels }) => labels.includes(label)).length;

t.test('each part gets its share of each label, and every document goes to one part', async (t) => {
  const documents = makeDocuments(1, 3000, 12, 1, 0);
  const fractions = [0.8, 0.1, 0.1];
  const parts = splitStratified(documents, fractions, createRng(5, 0));
  t.equal(parts.flat().length, documents.length);
  t.equal(new Set(parts.flat()).size, documents.length);
  for (const label of new Set(documents.flatMap(({ labels }) => labels))) {
    for (const [i, part] of parts.entries()) {
      const want = count(documents, label) * fractions[i]!;
      t.ok(Math.abs(count(part, label) - want) <= 2, `${label}: ${count(part, label)} of ${want}`);
    }
  }
});

t.test('several labels a document: shares hold for frequent labels, single documents train', async (t) => {
  const documents = makeDocuments(2, 3000, 200, 4);
  const [train, valid] = splitStratified(documents, [0.8, 0.2], createRng(5, 0));
  for (const label of new Set(documents.flatMap(({ labels }) => labels))) {
    const total = count(documents, label);
    t.ok(count(train!, label) > 0, `${label} can be learnt`);
    if (total >= 50) t.ok(Math.abs(count(valid!, label) / total - 0.2) < 0.06, `${label} ${total}`);
  }
});

t.test('equal texts stay together', async (t) => {
  const documents = makeDocuments(3, 2000, 5, 2);
  const keys = splitStratified(documents, [0.5, 0.5], createRng(1, 0)).map(
    (part) => new Set(part.map(({ text }) => text.trim().toLowerCase())),
  );
  t.same(
    [...keys[0]!].filter((key) => keys[1]!.has(key)),
    [],
  );
});

t.test('the seed decides, and the order of a part is that of the file', async (t) => {
  const documents = makeDocuments(4, 500, 4, 1);
  const split = (seed: number): Document[][] => splitStratified(documents, [0.7, 0.3], createRng(seed, 0));
  t.same(split(1), split(1));
  t.notSame(split(1), split(2));
  const positions = split(1)[1]!.map((document) => documents.indexOf(document));
  t.same(
    positions,
    positions.toSorted((a, b) => a - b),
  );
});

t.test('documents without labels are dealt by size, and a part of no size stays empty', async (t) => {
  const documents = Array.from({ length: 100 }, (_, i) => ({ text: `${i}`, labels: [] }));
  const sizes = splitStratified(documents, [0.75, 0, 0.25], createRng(1, 0)).map((part) => part.length);
  t.same(sizes, [75, 0, 25]);
  t.same(splitStratified([], [0.5, 0.5], createRng(1, 0)), [[], []]);
});
