import { readFileSync } from 'node:fs';
import t from 'tap';
import { goldenPath, skipWithoutGolden } from '../testing/golden.ts';
import { CASED, UNCASED } from './basic-tokens.ts';
import { createWordPiece } from './wordpiece.ts';
import { parseVocabularyText } from './wordpiece-vocabulary.ts';

interface Golden {
  readonly max_len: number;
  readonly texts: readonly { readonly text: string; readonly input_ids: readonly number[] }[];
  readonly tokenizer_cases: readonly { readonly text: string; readonly tokens: readonly string[] }[];
}

for (const [name, options] of [
  ['bert-tiny-random-ru', CASED],
  ['bert-tiny-sst2-real-layers', UNCASED],
] as const) {
  const folder = `bert/${name}`;
  t.test(
    `every tokenisation of ${name} is the reference's`,
    { skip: skipWithoutGolden(folder) },
    async (t) => {
      const golden = JSON.parse(readFileSync(goldenPath(`${folder}/golden.json`), 'utf8')) as Golden;
      const vocabulary = parseVocabularyText(readFileSync(goldenPath(`${folder}/vocab.txt`), 'utf8'), name);
      const wordpiece = createWordPiece(vocabulary, options);
      t.ok(golden.tokenizer_cases.length >= 9 && golden.texts.length >= 8);
      for (const { text, tokens } of golden.tokenizer_cases) t.same(wordpiece.tokenise(text), tokens, text);
      for (const { text, input_ids } of golden.texts) {
        t.same([...wordpiece.encode(text, golden.max_len)], input_ids, text);
      }
    },
  );
}
