/** Letters by script, over many texts. */
export interface TextCounts {
  latin: number;
  cyrillic: number;
  other: number;
}

export function emptyTextCounts(): TextCounts {
  return { latin: 0, cyrillic: 0, other: 0 };
}

/** Words and code points of a text; adds its letters to `counts`. One pass over the code units: texts come by the million. */
export function countText(text: string, counts: TextCounts): { words: number; chars: number } {
  let [words, chars, inWord] = [0, 0, false];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    // The second half of a pair belongs to the code point that the first half counted.
    if (code >= 0xdc00 && code <= 0xdfff) continue;
    chars++;
    const blank = isSpace(code);
    if (!blank && !inWord) words++;
    inWord = !blank;
    if (!blank) countLetter(text, i, code, counts);
  }
  return { words, chars };
}

function isSpace(code: number): boolean {
  return (
    code <= 0x20 || code === 0x85 || code === 0xa0 || (code >= 0x2000 && code <= 0x200a) || isBreak(code)
  );
}

function isBreak(code: number): boolean {
  return code === 0x2028 || code === 0x2029 || code === 0x3000 || code === 0x202f;
}

function countLetter(text: string, at: number, code: number, counts: TextCounts): void {
  const lower = code | 0x20;
  if (lower >= 0x61 && lower <= 0x7a && code < 0x80) counts.latin++;
  else if (code < 0xc0) return;
  else if (code <= 0x24f) counts.latin += Number(code !== 0xd7 && code !== 0xf7);
  else if (code >= 0x400 && code <= 0x52f) counts.cyrillic++;
  else if (/^\p{L}/u.test(text.slice(at, at + 2))) counts.other++;
}
