import { UsageError } from '../domain/errors.ts';
import type { WordPieceOptions } from './wordpiece.ts';
import { createVocabulary, type WordPieceVocabulary } from './wordpiece-vocabulary.ts';

export interface ReadTokeniser {
  readonly vocabulary: WordPieceVocabulary;
  readonly options: WordPieceOptions;
}

/** No vocabulary in use is near it; a number beyond would make a list of that length. */
const MAX_TOKENS = 4_000_000;

type Fields = Readonly<Record<string, unknown>>;

/**
 * The `tokenizer.json` of the `tokenizers` package, for WordPiece with BERT's normaliser.
 * @param source names it in errors
 * @throws {UsageError} no such file, or another kind of tokeniser
 */
export function parseTokenizerJson(text: string, source: string): ReadTokeniser {
  const file = parseObject(text, source);
  const model = fieldsOf(file['model']);
  const kind = model['type'] ?? 'WordPiece';
  if (kind !== 'WordPiece' || !isFields(model['vocab'])) {
    throw new UsageError(`${source} is no WordPiece tokeniser.`, {
      details: [`its model is ${JSON.stringify(kind)}`],
      fix: 'give a checkpoint of the BERT family',
    });
  }
  const prefix = model['continuing_subword_prefix'] ?? '##';
  if (prefix !== '##') throw new UsageError(`${source} marks pieces with ${JSON.stringify(prefix)}, not ##.`);
  const vocabulary = createVocabulary(listTokens(model['vocab'], file['added_tokens'], source), source);
  return { vocabulary, options: readOptions(fieldsOf(file['normalizer']), model) };
}

/** @throws {UsageError} it is no JSON object; says nothing of what it is, which may be any file */
export function parseObject(text: string, source: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UsageError(`${source} is not valid JSON.`);
  }
  if (!isFields(value)) throw new UsageError(`${source} is no JSON object.`);
  return value;
}

function readOptions(normalizer: Fields, model: Fields): WordPieceOptions {
  const flag = (name: string, otherwise: boolean): boolean =>
    typeof normalizer[name] === 'boolean' ? normalizer[name] : otherwise;
  const lowerCase = flag('lowercase', true);
  const length = model['max_input_chars_per_word'];
  return {
    lowerCase,
    stripAccents: flag('strip_accents', lowerCase),
    splitChinese: flag('handle_chinese_chars', true),
    ...(typeof length === 'number' && { maxWordLength: length }),
  };
}

function listTokens(vocab: Fields, added: unknown, source: string): string[] {
  const extra = (Array.isArray(added) ? added : []).map(fieldsOf);
  const entries = [...Object.entries(vocab), ...extra.map((one) => [one['content'], one['id']])];
  const tokens: string[] = [];
  for (const [token, id] of entries) {
    if (typeof token !== 'string' || !isTokenNumber(id) || (tokens[id] ?? token) !== token) {
      throw new UsageError(`${source} has no valid number for the token ${JSON.stringify(token)}.`, {
        details: [`number ${JSON.stringify(id)}`],
      });
    }
    tokens[id] = token;
  }
  return Array.from(tokens, (token) => token ?? '');
}

const isTokenNumber = (id: unknown): id is number =>
  typeof id === 'number' && Number.isInteger(id) && id >= 0 && id < MAX_TOKENS;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {});
