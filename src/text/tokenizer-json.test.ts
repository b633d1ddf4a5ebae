import t from 'tap';
import { parseTokenizerJson } from './tokenizer-json.ts';
import { createWordPiece } from './wordpiece.ts';

const VOCAB = { '[PAD]': 0, '[UNK]': 1, '[CLS]': 2, '[SEP]': 3, пр: 4, '##и': 5, '##вет': 6 };
const read = (file: unknown) => parseTokenizerJson(JSON.stringify(file), 'tokenizer.json');

t.test('vocabulary and normaliser are taken from tokenizer.json', async (t) => {
  const { vocabulary, options } = read({
    added_tokens: [
      { id: 0, content: '[PAD]', special: true },
      { id: 8, content: '[MASK]', special: true },
    ],
    normalizer: { type: 'BertNormalizer', lowercase: true, strip_accents: null, handle_chinese_chars: false },
    model: { type: 'WordPiece', unk_token: '[UNK]', max_input_chars_per_word: 7, vocab: VOCAB },
  });
  t.same(options, { lowerCase: true, stripAccents: true, splitChinese: false, maxWordLength: 7 });
  t.equal(vocabulary.tokens.length, 9, 'the mask is behind a gap');
  const wordpiece = createWordPiece(vocabulary, options);
  t.same(wordpiece.tokenise('ПРИВЕТ привет привееет прививет'), [
    'пр',
    '##и',
    '##вет',
    'пр',
    '##и',
    '##вет',
    '[UNK]',
    '[UNK]',
  ]);
});

t.test('a cased tokeniser keeps capitals', async (t) => {
  const { options } = read({ normalizer: { lowercase: false }, model: { type: 'WordPiece', vocab: VOCAB } });
  t.same(options, { lowerCase: false, stripAccents: false, splitChinese: true });
});

t.test('other tokenisers and broken files are refused in a sentence', async (t) => {
  t.throws(() => read({ model: { type: 'BPE', vocab: {} } }), { message: /is no WordPiece tokeniser/ });
  t.throws(() => read([]), { message: 'tokenizer.json is no JSON object.' });
  t.throws(() => parseTokenizerJson('root:x:0:0', 'x'), { message: 'x is not valid JSON.' });
  for (const id of [-1, 1.5, 1e9, '7', null, 0]) {
    t.throws(() => read({ model: { vocab: { ...VOCAB, odd: id } } }), {
      message: /no valid number for the token "odd"/,
    });
  }
  const prefix = { model: { vocab: VOCAB, continuing_subword_prefix: '@@' } };
  t.throws(() => read(prefix), { message: /marks pieces with "@@"/ });
});
