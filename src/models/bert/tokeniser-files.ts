import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type BasicTokenOptions, CASED, UNCASED } from '../../text/basic-tokens.ts';
import { parseObject, parseTokenizerJson, type ReadTokeniser } from '../../text/tokenizer-json.ts';
import { hasCapitals, parseVocabularyText } from '../../text/wordpiece-vocabulary.ts';
import { readShortText } from './checkpoint/range-file.ts';
import { refuseCheckpoint } from './checkpoint/refusal.ts';

/** Ten times the largest vocabulary known. */
const MAX_VOCABULARY = 32 << 20;
const MAX_TOKENIZER_JSON = 128 << 20;
const MAX_SETTINGS = 1 << 20;

/**
 * The vocabulary of a Hugging Face folder: `vocab.txt` with the settings in `tokenizer_config.json`, or `tokenizer.json`.
 * Where nothing says whether text is lower-cased, a vocabulary without capitals does.
 * @throws {UsageError} there is none, or one of another kind
 */
export async function readTokeniserFiles(dir: string): Promise<ReadTokeniser> {
  const names = await readdir(dir);
  if (names.includes('vocab.txt')) {
    const path = join(dir, 'vocab.txt');
    const vocabulary = parseVocabularyText(await readShortText(path, MAX_VOCABULARY), path);
    const settings = names.includes('tokenizer_config.json') ? await readSettings(dir) : {};
    return { vocabulary, options: chooseOptions(settings, hasCapitals(vocabulary) ? CASED : UNCASED) };
  }
  if (names.includes('tokenizer.json')) {
    const path = join(dir, 'tokenizer.json');
    return parseTokenizerJson(await readShortText(path, MAX_TOKENIZER_JSON), path);
  }
  return refuseCheckpoint(dir, 'has no vocabulary', {
    details: ['looked for vocab.txt and tokenizer.json'],
    fix: 'give the folder that was downloaded with all its files',
  });
}

async function readSettings(dir: string): Promise<Readonly<Record<string, unknown>>> {
  const path = join(dir, 'tokenizer_config.json');
  return parseObject(await readShortText(path, MAX_SETTINGS), path);
}

function chooseOptions(
  settings: Readonly<Record<string, unknown>>,
  otherwise: BasicTokenOptions,
): BasicTokenOptions {
  const flag = (name: string, fallback: boolean): boolean =>
    typeof settings[name] === 'boolean' ? settings[name] : fallback;
  const lowerCase = flag('do_lower_case', otherwise.lowerCase);
  return {
    lowerCase,
    stripAccents: flag('strip_accents', lowerCase),
    splitChinese: flag('tokenize_chinese_chars', true),
  };
}
