import t from 'tap';
import { CASED, splitBasicTokens, UNCASED } from './basic-tokens.ts';
import { createWordPiece } from './wordpiece.ts';
import {
  createVocabulary,
  hasCapitals,
  parseVocabularyText,
  SPECIAL_TOKENS,
} from './wordpiece-vocabulary.ts';

const vocabularyOf = (...tokens: string[]) => createVocabulary([...SPECIAL_TOKENS, ...tokens], 'the test');

t.test('an uncased model loses capitals and accents, a cased one neither', async (t) => {
  const text = 'Ёжик, Й İstanbul café Ωμέγα Straße';
  t.same(splitBasicTokens(text, UNCASED), [...['ежик', ',', 'и', 'istanbul', 'cafe', 'ωμεγα', 'straße']]);
  t.same(splitBasicTokens(text, CASED), ['Ёжик', ',', 'Й', 'İstanbul', 'café', 'Ωμέγα', 'Straße']);
});

t.test('punctuation, also of ASCII symbols, stands alone; other symbols stay in their word', async (t) => {
  t.same(splitBasicTokens("don't a+b £100 e-mail@test.ru — «да»…", CASED), [
    ...['don', "'", 't', 'a', '+', 'b', '£100', 'e', '-', 'mail', '@', 'test', '.', 'ru'],
    ...['—', '«', 'да', '»', '…'],
  ]);
});

t.test('Chinese characters stand alone, kana and hangul do not', async (t) => {
  t.same(splitBasicTokens('你好abc 中𠀀 ひらがな 한국어', CASED), [
    ...['你', '好', 'abc', '中', '𠀀', 'ひらがな', '한국어'],
  ]);
});

t.test('white space of any kind parts words, control characters vanish within them', async (t) => {
  t.same(splitBasicTokens('a\u00a0b\u2003c\u2028d\te\r\nf', CASED), ['a', 'b', 'c', 'd', 'e', 'f']);
  t.same(splitBasicTokens('a\u0000b\u200bc\ufeffd\u000ce\ufffdf \u0007', CASED), ['abcdef']);
  t.same(splitBasicTokens('', CASED), []);
});

t.test('the longest piece comes first and a rest without a piece makes the word unknown', async (t) => {
  const wordpiece = createWordPiece(
    vocabularyOf('un', 'una', '##ffa', '##ffable', '##ble', 'a', '##a'),
    CASED,
  );
  t.same(wordpiece.tokenise('unaffable unaffablex a'), ['una', '##ffable', '[UNK]', 'a']);
  t.same(wordpiece.tokenise('unaffaa'), ['una', '##ffa', '##a']);
});

t.test('a word of 100 characters is cut, one of 101 is unknown; a pair of surrogates is one', async (t) => {
  const wordpiece = createWordPiece(vocabularyOf('a', '##a', '𝒳', '##𝒳'), CASED);
  t.equal(wordpiece.tokenise('a'.repeat(100)).length, 100);
  t.same(wordpiece.tokenise('a'.repeat(101)), ['[UNK]']);
  t.equal(wordpiece.tokenise('𝒳'.repeat(100)).length, 100);
  t.same(wordpiece.tokenise('𝒳'.repeat(101)), ['[UNK]']);
});

t.test('a text is framed, and cut to the length before it is read to its end', async (t) => {
  const wordpiece = createWordPiece(vocabularyOf('a', '##b'), CASED);
  t.same([...wordpiece.encode('ab a', 64)], [2, 5, 6, 5, 3]);
  t.same([...wordpiece.encode('ab a', 4)], [2, 5, 6, 3]);
  t.same([...wordpiece.encode('', 64)], [2, 3]);
  const endless = 'a '.repeat(5_000_000);
  const started = process.cpuUsage();
  t.equal(wordpiece.encode(endless, 512).length, 512);
  t.ok(process.cpuUsage(started).user < 1e6, 'ten million characters were not read');
});

t.test('special tokens in a text stand for themselves, in capitals only', async (t) => {
  const wordpiece = createWordPiece(vocabularyOf('a', '[', ']', 'sep'), UNCASED);
  t.same(wordpiece.tokenise('a[SEP]a [sep]'), ['a', '[SEP]', 'a', '[', 'sep', ']']);
});

t.test('a vocabulary file may have any line ends; the later of two equal tokens counts', async (t) => {
  const vocabulary = parseVocabularyText('[PAD]\r\n[UNK]\r\n[CLS]\r\n[SEP]\r\na\r\nb\r\na', 'vocab.txt');
  t.equal(vocabulary.beginnings.get('a'), 6);
  t.equal(vocabulary.tokens.length, 7);
});

t.test('a file without the special tokens is refused by name', async (t) => {
  t.throws(() => parseVocabularyText('root:x:0:0\nbin:x:1:1\n', 'vocab.txt'), {
    message: 'vocab.txt has no [PAD]: it is no vocabulary of a BERT model.',
  });
});

t.test('capitals tell a cased vocabulary from an uncased one', async (t) => {
  t.equal(hasCapitals(vocabularyOf('a', '[unused1]', '[UNUSED]')), false);
  t.equal(hasCapitals(vocabularyOf('a', 'Ж')), true);
});
