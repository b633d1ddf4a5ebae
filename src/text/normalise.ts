/**
 * How a text is prepared before a model sees it. `lp`: lower case, punctuation split off; `lower`: lower case; `raw`: as
 * it is; `lp+mask`: as `lp`, with web addresses, @names and digits made equal. Searched like any other parameter, for
 * it decides more than most: which words are one word.
 */
export const NORMALISATIONS = ['lp', 'lower', 'raw', 'lp+mask'] as const;
export type Normalisation = (typeof NORMALISATIONS)[number];

/** The text as one line of words with single spaces between. */
export function normalise(text: string, how: Normalisation): string {
  switch (how) {
    case 'raw':
      return text.replace(BLANKS, ' ').trim();
    case 'lower':
      return joinWords(compose(text).toLowerCase());
    case 'lp':
      return joinWords(splitPunctuation(compose(text).toLowerCase()));
    case 'lp+mask':
      return joinWords(splitPunctuation(mask(compose(text).toLowerCase())));
  }
}

/** One code point for `й` and `ё` however they were typed. */
function compose(text: string): string {
  return NOT_ASCII.test(text) ? text.normalize('NFC') : text;
}

const NOT_ASCII = /[^\0-\x7f]/;

/** White space of any kind and control characters part words; none of them is left. */
function joinWords(text: string): string {
  return text.replace(GAPS, ' ').trim();
}

/** What parts words for fastText itself; to it a no-break space is a letter like any other. */
const BLANKS = /[\0\t-\r ]+/g;

const GAPS = /[\s\p{Cc}]+/gu;

/** A space on both sides of each punctuation mark, symbol and emoji; an emoji sequence and its modifiers stay one. */
function splitPunctuation(text: string): string {
  return text.replace(MARKS, ' $& ');
}

const EMOJI = String.raw`\p{Extended_Pictographic}[\uFE0F\p{Emoji_Modifier}]*`;
const FLAG = String.raw`\p{Regional_Indicator}{2}`;
const MARKS = new RegExp(
  String.raw`${FLAG}|(?:${EMOJI}(?:\u200D${EMOJI})*|[\p{P}\p{S}])[\p{M}\uFE0F]*`,
  'gu',
);

/** Upper case sets the stand-ins apart from the words, which are in lower case by now. */
function mask(text: string): string {
  return text.replace(WEB_ADDRESS, ' URL ').replace(AT_NAME, '$1 USER ').replace(DIGIT, '0');
}

const WEB_ADDRESS = /(?:https?:\/\/|www\.)\S+/gu;
const AT_NAME = /(^|[^\p{L}\p{N}_.])@[\p{L}\p{N}_]+/gu;
const DIGIT = /\p{Nd}/gu;
