/*
 * The first half of BERT's tokenisation (Devlin et al. 2019, its "basic tokenizer"): white space and control characters,
 * Chinese characters one by one, lower case without accents for uncased models, punctuation marks one by one. The
 * second half cuts these tokens into pieces of a vocabulary (wordpiece.ts).
 */
export interface BasicTokenOptions {
  readonly lowerCase: boolean;
  /** й becomes и and ё becomes е: so uncased models were trained. */
  readonly stripAccents: boolean;
  /** A space around every Chinese character. */
  readonly splitChinese: boolean;
}

/** BERT's own settings of the two kinds of vocabularies. */
export const CASED: BasicTokenOptions = { lowerCase: false, stripAccents: false, splitChinese: true };
export const UNCASED: BasicTokenOptions = { lowerCase: true, stripAccents: true, splitChinese: true };

/** Runs of anything but white space. Control characters are none (they vanish), but for tab and line ends. */
export const chunkPattern = (): RegExp => /[^ \t\n\r\p{Z}]+/gu;

/** The tokens of a text without white space in it. */
export function splitChunk(chunk: string, options: BasicTokenOptions): readonly string[] {
  if (PLAIN_ASCII.test(chunk)) return [options.lowerCase ? chunk.toLowerCase() : chunk];
  const clean = chunk.replace(VANISHING, '');
  const spaced = options.splitChinese ? clean.replace(CHINESE, ' $& ') : clean;
  return changeLetters(spaced, options).replace(PUNCTUATION, ' $& ').split(' ').filter(isSome);
}

/** All tokens of a text. */
export function splitBasicTokens(text: string, options: BasicTokenOptions): string[] {
  return (text.match(chunkPattern()) ?? []).flatMap((chunk) => splitChunk(chunk, options));
}

/** Lower case first: the capital İ loses its dot as an accent only then. */
function changeLetters(text: string, { lowerCase, stripAccents }: BasicTokenOptions): string {
  const lower = lowerCase ? text.toLowerCase() : text;
  return stripAccents ? lower.normalize('NFD').replace(ACCENTS, '') : lower;
}

const isSome = (token: string): boolean => token !== '';

const PLAIN_ASCII = /^[a-zA-Z0-9]+$/;
/** Control, format, private and unassigned characters, and the sign for undecodable bytes. */
const VANISHING = /[\p{C}\uFFFD]/gu;
const ACCENTS = /\p{Mn}/gu;
/** All of ASCII that is no letter, digit or space counts as punctuation (also $ + < = > ^ ` | ~); elsewhere category P. */
const PUNCTUATION = /[!-/:-@[-`{-~\p{P}]/gu;
/** The blocks named CJK unified or compatibility ideographs; kana and hangul are words with spaces of their own. */
const CHINESE =
  /[\u4E00-\u9FFF\u3400-\u4DBF\u{20000}-\u{2A6DF}\u{2A700}-\u{2B73F}\u{2B740}-\u{2B81F}\u{2B820}-\u{2CEAF}\uF900-\uFAFF\u{2F800}-\u{2FA1F}]/gu;
