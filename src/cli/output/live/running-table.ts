import stringWidth from 'string-width';
import { plain } from '../plain.ts';
import { formatPairs, formatScore } from '../readable.ts';
import { renderTable, type TableColumn } from '../table.ts';
import { formatSpan } from './format-span.ts';
import { drawBar, drawSparkline, type Glyphs } from './glyphs.ts';
import { type PaintStyle, paintLine } from './paint.ts';
import type { LiveState, RunningRow } from './state.ts';

interface TableOptions extends PaintStyle {
  /** ms since 1970. */
  readonly now: number;
  /** Lines for trials. */
  readonly room: number;
  readonly glyphs: Glyphs;
}

const RUNG_WIDTH = 12;
const CURVE_WIDTH = 10;

/** The running trials, oldest first, as lines of a table; those beyond `room` lines are counted. */
export function renderRunning(state: LiveState, options: TableOptions): string[] {
  const { room, glyphs, now } = options;
  if (state.running.size === 0) return [];
  const rows = [...state.running.values()].sort((a, b) => a.number - b.number);
  const shown = rows.length > room ? rows.slice(0, room - 1) : rows;
  const lines = fitTable(runningColumns(state.heading.metric, glyphs, now), shown, options);
  const hidden = rows.length - shown.length;
  return hidden > 0 ? [...lines, paintLine([[` and ${hidden} more`, 'dim']], options)] : lines;
}

interface RunningColumn extends TableColumn {
  /** On a narrow terminal columns go in this order; 0 stays. */
  readonly goes: number;
  readonly cell: (row: RunningRow) => string;
}

function runningColumns(metric: string, glyphs: Glyphs, now: number): RunningColumn[] {
  return [
    { title: ' TRIAL', goes: 0, cell: ({ number }) => ` #${number}` },
    { title: 'WORKER', goes: 1, cell: ({ worker }) => plain(worker) },
    { title: 'RUNG', goes: 5, cell: ({ progress }) => formatRung(progress, glyphs) },
    {
      title: plain(metric).toUpperCase(),
      goes: 4,
      align: 'right',
      cell: ({ curve }) => (curve.length === 0 ? glyphs.dash : formatScore(curve.at(-1)!)),
    },
    {
      title: 'CURVE',
      goes: 3,
      tint: () => 'cyan',
      cell: ({ curve }) => drawSparkline(curve, CURVE_WIDTH, glyphs).padEnd(CURVE_WIDTH),
    },
    {
      title: 'TIME',
      goes: 2,
      align: 'right',
      cell: ({ startedAt }) => formatSpan(now - startedAt),
    },
    {
      title: 'PARAMS',
      goes: 6,
      flexible: true,
      tint: () => 'dim',
      cell: ({ params }) => formatPairs(params),
    },
  ];
}

function formatRung(progress: number | null, glyphs: Glyphs): string {
  const bar = drawBar(progress ?? 0, RUNG_WIDTH, glyphs).join('');
  const rung = progress === null ? glyphs.dash : `${Math.round(10 * progress)}/10`;
  // Fixed widths: columns that move with every report are hard to read.
  return `${bar} ${rung.padEnd(5)}`;
}

/** The table with as many columns as the terminal has room for. */
function fitTable(
  columns: readonly RunningColumn[],
  rows: readonly RunningRow[],
  options: TableOptions,
): string[] {
  for (let dropped = 0; ; dropped++) {
    const kept = columns.filter(({ goes }) => goes === 0 || goes > dropped);
    const cells = rows.map((row) => kept.map(({ cell }) => cell(row)));
    const lines = renderTable(kept, cells, options).split('\n').slice(0, -1);
    if (kept.length === 1 || lines.every((line) => stringWidth(line) <= options.width)) return lines;
  }
}
