import type pc from 'picocolors';
import stringWidth from 'string-width';
import { cutText, type Tint } from '../table.ts';

/** A piece of a line: text, or text with a colour. */
export type Piece = string | readonly [text: string, tint: Tint];

export interface PaintStyle {
  /** Terminal cells of a line. */
  readonly width: number;
  readonly colors: ReturnType<typeof pc.createColors>;
  readonly ascii: boolean;
}

/** One line of pieces, cut to the terminal's width before colours are put on it. */
export function paintLine(pieces: readonly Piece[], { width, colors, ascii }: PaintStyle): string {
  let left = width;
  let line = '';
  for (const piece of pieces) {
    const [text, tint] = typeof piece === 'string' ? [piece, null] : piece;
    if (left <= 0 || text === '') continue;
    const cut = cutText(text, left, ascii);
    left -= cut === text ? stringWidth(text) : left;
    line += tint === null ? cut : colors[tint](cut);
  }
  return line;
}
