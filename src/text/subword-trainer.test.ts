import t from 'tap';
import { createRng } from '../domain/random.ts';
import { CASED, UNCASED } from './basic-tokens.ts';
import { trainSubwords } from './subword-trainer.ts';
import { createWordPiece } from './wordpiece.ts';

const TEXTS = ['low lower lowest', 'new newer newest', 'low low new', 'Низкий низкая'];

t.test('the most frequent neighbours are joined first, ties by their text', async (t) => {
  const { tokens } = await trainSubwords(['abab abab ab', 'cd cd cd cd'], { size: 13, options: CASED });
  t.same(tokens.slice(0, 5), ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]']);
  t.same(tokens.slice(5, 10).sort(), ['##a', '##b', '##d', 'a', 'c'], 'the alphabet');
  // c+##d four times; a+##b three times, ##a+##b twice, then ab+##ab twice.
  t.same(tokens.slice(10), ['cd', 'ab', '##ab']);
});

t.test('the same text gives the same vocabulary, in any order of its documents', async (t) => {
  const options = { size: 60, options: UNCASED };
  const forwards = await trainSubwords(TEXTS, options);
  t.same((await trainSubwords([...TEXTS].reverse(), options)).tokens, forwards.tokens);
});

t.test('an uncased vocabulary has no capitals, a cased one has', async (t) => {
  const letters = async (options: typeof CASED) =>
    (await trainSubwords(TEXTS, { size: 60, options })).tokens.join('').replaceAll(/\[[A-Z]+\]/g, '');
  t.match(await letters(CASED), /Н/);
  t.notMatch(await letters(UNCASED), /\p{Lu}/u);
});

t.test('every word of the training text can be spelt', async (t) => {
  const vocabulary = await trainSubwords(TEXTS, { size: 40, options: CASED });
  const wordpiece = createWordPiece(vocabulary, CASED);
  for (const text of TEXTS) {
    const pieces = wordpiece.tokenise(text);
    t.notOk(pieces.includes('[UNK]'));
    t.equal(pieces.join(' ').replaceAll(' ##', ''), text);
  }
});

t.test('the size is kept, however small or large', async (t) => {
  for (const size of [5, 6, 12, 20]) {
    t.equal((await trainSubwords(TEXTS, { size, options: CASED })).tokens.length, size);
  }
  const { tokens: all } = await trainSubwords(TEXTS, { size: 100_000, options: CASED });
  t.ok(all.length < 100, 'there is nothing more to join');
  t.ok(all.includes('low'));
  t.equal(new Set(all).size, all.length, 'no token twice');
  t.equal((await trainSubwords([], { size: 100, options: CASED })).tokens.length, 5);
});

t.test('rare letters give way where the size cannot hold all', async (t) => {
  const { tokens } = await trainSubwords(['aaa b', 'aaa ж'], { size: 7, options: CASED });
  t.same(tokens.slice(5).sort(), ['##a', 'a']);
});

t.test('counting stays right while words repeat their pairs and overlap', async (t) => {
  const rng = createRng(3, 0);
  const word = () => Array.from({ length: 1 + rng.integer(8) }, () => 'abc'[rng.integer(3)]).join('');
  const texts = Array.from({ length: 60 }, () => Array.from({ length: 5 }, word).join(' '));
  const { tokens } = await trainSubwords(texts, { size: 60, options: CASED });
  t.same(tokens, trainSlowly(texts, 60), 'as when all pairs are counted anew for every join');
});

/** The definition, without any bookkeeping: counts all pairs before every join. */
function trainSlowly(texts: readonly string[], size: number): string[] {
  const words = texts
    .flatMap((text) => text.split(' '))
    .map((word) => [...word].map((c, i) => (i ? `##${c}` : c)));
  const alphabet = new Map<string, number>();
  for (const piece of words.flat()) alphabet.set(piece, (alphabet.get(piece) ?? 0) + 1);
  const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  const tokens = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', ...[...alphabet.keys()].sort(byText)];
  while (tokens.length < size) {
    const counts = new Map<string, number>();
    for (const word of words) {
      for (let i = 1; i < word.length; i++) {
        const pair = `${word[i - 1]} ${word[i]}`;
        counts.set(pair, (counts.get(pair) ?? 0) + 1);
      }
    }
    const [best] = [...counts].filter(([, n]) => n >= 2).sort((a, b) => b[1] - a[1] || byText(a[0], b[0]));
    if (best === undefined) break;
    const [left, right] = best[0].split(' ') as [string, string];
    const joined = left + right.slice(2);
    if (!tokens.includes(joined)) tokens.push(joined);
    for (const word of words) {
      for (let i = 1; i < word.length; i++) {
        if (word[i - 1] === left && word[i] === right) word.splice(i - 1, 2, joined);
      }
    }
  }
  return tokens;
}
