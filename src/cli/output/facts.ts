import stringWidth from 'string-width';
import type { TableStyle } from './table.ts';

/** A name and what is to be said of it; harmless text. */
export type Fact = readonly [name: string, text: string];

/**
 * Facts under each other, names dim, long texts wrapped at blanks under their own beginning. Facts without text are
 * left out.
 */
export function renderFacts(facts: readonly Fact[], style: TableStyle): string {
  const shown = facts.filter(([, text]) => text !== '');
  const indent = Math.max(0, ...shown.map(([name]) => stringWidth(name))) + 2;
  return shown
    .map(([name, text]) => {
      const label = style.colors.dim(name) + ' '.repeat(indent - stringWidth(name));
      return `${label}${wrapWords(text, style.width - indent).join(`\n${' '.repeat(indent)}`)}\n`;
    })
    .join('');
}

/** Lines of at most `width` terminal cells, broken at double blanks or blanks; a longer word stays whole. */
export function wrapWords(text: string, width: number): string[] {
  if (stringWidth(text) <= width) return [text];
  const lines: string[] = [];
  let line = '';
  for (const [, gap, word] of text.matchAll(/( *)([^ ]+)/g)) {
    if (line !== '' && stringWidth(line + gap + word) > width) {
      lines.push(line);
      line = word!;
    } else line += gap! + word!;
  }
  return [...lines, line];
}
