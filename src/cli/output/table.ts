import type pc from 'picocolors';
import stringWidth from 'string-width';

export type Tint = 'green' | 'yellow' | 'red' | 'cyan' | 'dim' | 'bold';

export interface TableColumn {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** May be cut to fit. */
  readonly flexible?: boolean;
  /** The colour of a cell, by its text. */
  readonly tint?: (cell: string) => Tint | null;
}

type Colors = ReturnType<typeof pc.createColors>;

export interface TableStyle {
  /** Terminal cells a line may take; Infinity where nothing must be cut (a pipe, a file). */
  readonly width: number;
  readonly colors: Colors;
  readonly ascii: boolean;
}

const GAP = '  ';
const LEAST_FLEXIBLE = 8;

/**
 * Left- or right-aligned columns under dim titles. Widths count terminal cells (wide CJK and emoji are two, combining
 * marks none). Too wide for the terminal: flexible columns are cut, the widest first, then the last column.
 */
export function renderTable(
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  style: TableStyle,
): string {
  const titles = columns.map((column) => column.title);
  const natural = columns.map((_, i) =>
    rows.reduce((widest, cells) => Math.max(widest, cellWidth(cells[i]!)), cellWidth(titles[i]!)),
  );
  const widths = fitWidths(columns, natural, style.width);
  const line = (cells: readonly string[], tintOf: (i: number) => Tint | null): string => {
    const last = cells.length - 1;
    const padded = cells.map((cell, i) => {
      const tint = tintOf(i);
      const text = padCell(cutText(cell, widths[i]!, style.ascii), widths[i]!, columns[i]!.align);
      const trimmed = i === last ? text.trimEnd() : text;
      return tint === null ? trimmed : style.colors[tint](trimmed);
    });
    return `${padded.join(GAP).trimEnd()}\n`;
  };
  const body = rows.map((cells) => line(cells, (i) => columns[i]!.tint?.(cells[i]!) ?? null));
  return line(titles, () => 'dim') + body.join('');
}

/** Column widths that fit into `width` if cutting the flexible columns can make them. */
export function fitWidths(
  columns: readonly TableColumn[],
  natural: readonly number[],
  width: number,
): readonly number[] {
  const widths = [...natural];
  const excess = (): number => widths.reduce((sum, w) => sum + w + GAP.length, -GAP.length) - width;
  const flexible = columns.flatMap((column, i) => (column.flexible ? [i] : []));
  while (excess() > 0) {
    const widest = flexible.reduce((best, i) => (best < 0 || widths[i]! > widths[best]! ? i : best), -1);
    if (widest < 0 || widths[widest]! <= LEAST_FLEXIBLE) break;
    const second = Math.max(LEAST_FLEXIBLE, ...flexible.filter((i) => i !== widest).map((i) => widths[i]!));
    const target = Math.min(widths[widest]! - 1, second);
    widths[widest] = Math.max(target, widths[widest]! - excess());
  }
  const last = widths.length - 1;
  if (excess() > 0 && last >= 0) widths[last] = Math.max(1, widths[last]! - excess());
  return widths;
}

/** The text cut to `width` terminal cells, its cut end marked by an ellipsis; whole characters only. */
export function cutText(text: string, width: number, ascii: boolean): string {
  if (cellWidth(text) <= width) return text;
  let [cut, used] = ['', 0];
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    const next = cellWidth(segment);
    if (used + next > width - 1) break;
    cut += segment;
    used += next;
  }
  return cut + (ascii ? '~' : '…');
}

function padCell(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const padding = ' '.repeat(Math.max(0, width - cellWidth(text)));
  return align === 'right' ? padding + text : text + padding;
}

/** `stringWidth` segments every text; most cells are plain ASCII, where the length will do. */
function cellWidth(text: string): number {
  return /^[\x20-\x7e]*$/.test(text) ? text.length : stringWidth(text);
}
