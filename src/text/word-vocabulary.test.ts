import t from 'tap';
import { encodeTexts, lengthsOf } from './tokeniser.ts';
import {
  createWordVocabulary,
  FIRST_WORD,
  formatWords,
  learnWordVocabulary,
  parseWords,
  splitWords,
} from './word-vocabulary.ts';

const breather = { due: () => false, rest: async () => {} };
const learn = (texts: readonly string[], options = {}) =>
  learnWordVocabulary(texts, { normalise: 'lp', minCount: 1, maxWords: 100, ...options }, breather);

t.test(
  'words are numbered by frequency, equals by code point, whatever the order of the texts',
  async (t) => {
    const texts = ['Ещё раз, ещё!', 'b a', 'a Б'];
    const vocabulary = await learn(texts);
    t.same(vocabulary.words, ['a', 'ещё', '!', ',', 'b', 'б', 'раз']);
    t.same((await learn(texts.toReversed())).words, vocabulary.words);
    t.equal(vocabulary.size, vocabulary.words.length + FIRST_WORD);
    t.same(vocabulary.encode('РАЗ неведомо', 10), [vocabulary.find('раз'), vocabulary.unknown]);
  },
);

t.test('rare words, those beyond the largest size and words of no person are unknown', async (t) => {
  const texts = ['a a a b b c', 'x'.repeat(5000), 'x'.repeat(5000)];
  t.same((await learn(texts, { minCount: 2 })).words, ['a', 'b']);
  t.same((await learn(texts, { maxWords: 1 })).words, ['a']);
  t.same((await learn(['', ' \t '])).words, []);
});

t.test('every text has a token, and none more than are asked for', async (t) => {
  const vocabulary = await learn(['a b']);
  t.same(vocabulary.encode('', 5), [vocabulary.unknown]);
  t.same(vocabulary.encode('\ud800', 5), [vocabulary.unknown]);
  t.same(vocabulary.encode('a b '.repeat(10_000), 3), [2, 3, 2]);
  const rows = await encodeTexts(['a', '', 'b a b'], vocabulary, 2, breather);
  t.same(rows.ids, Int32Array.of(2, 1, 3, 2));
  t.same(lengthsOf(rows), Int32Array.of(1, 1, 2));
});

t.test('a written vocabulary is the same vocabulary again', async (t) => {
  const words = (await learn(['[UNK] \ud800 z\u2028w', 'z\u0085y'], { normalise: 'raw' })).words;
  const again = createWordVocabulary(parseWords(Buffer.from(formatWords(words)).toString()), 'raw');
  t.same(again.words, words);
  t.same(again.encode('\ud800 [UNK] z', 9), [again.find('\ufffd'), again.find('[UNK]'), again.unknown]);
  t.same(parseWords(formatWords([])), []);
});

t.test('words are those of the normalised text', async (t) => {
  t.same(splitWords('  Ура!ура ', 'lp'), ['ура', '!', 'ура']);
  t.same(splitWords('Ура!  ура', 'raw', 1), ['Ура!']);
  t.same(splitWords('', 'lower'), []);
});
