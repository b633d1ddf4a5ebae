import type { EncodedLines } from './encoder.ts';
import type { LossTables } from './loss-tables.ts';
import { SIGMOID_SLOTS } from './sigmoid-tables.ts';

export interface KernelShape {
  readonly dim: number;
  readonly nLabels: number;
  readonly tables: LossTables;
  /** Rows of the input matrix that are in memory. */
  readonly nRows: number;
  readonly lines: EncodedLines | null;
  /** Lines of an epoch, in order; a line may come several times. */
  readonly order: Int32Array;
}

/** The module's own tables end well below. */
export const HEAP_BASE = 1 << 16;

/** Floats from one row to the next: `dim` rounded up to a multiple of four. */
export function strideOf(dim: number): number {
  return (dim + 3) & ~3;
}

const REGIONS = [
  'hidden',
  'gradient',
  'scores',
  'alphas',
  'sigmoids',
  'outputs',
  'rows',
  'rowStarts',
  'labels',
  'labelStarts',
  'tokenCounts',
  'order',
  'inputs',
] as const;
type Region = (typeof REGIONS)[number];
/** By the kernel's names; which tables there are depends on the loss. */
export type Places = Readonly<Record<Region, number> & Record<string, number>>;

/** Addresses of all regions, each on a cache line, and the end with room for reading past the last row. */
export function layOut(shape: KernelShape): { at: Places; end: number } {
  const sizes = regionSizes(shape);
  const at: Record<string, number> = {};
  let end = HEAP_BASE;
  for (const region of [...Object.keys(shape.tables.regions), ...REGIONS]) {
    at[region] = end;
    end = Math.ceil((end + sizes[region]! * 4) / 64) * 64;
  }
  return { at: at as Places, end: end + 64 };
}

/** In 4-byte words. */
function regionSizes({ dim, nLabels, nRows, lines, order, tables }: KernelShape): Record<string, number> {
  const stride = strideOf(dim);
  const paddedLabels = (nLabels + 3) & ~3;
  // Rows of a few decisions are taken by eight.
  const paddedScores = (nLabels + 7) & ~7;
  return {
    hidden: stride + 16,
    gradient: stride + 16,
    scores: paddedScores,
    alphas: paddedScores,
    sigmoids: 4 * SIGMOID_SLOTS,
    outputs: paddedLabels * stride,
    rows: lines?.rows.length ?? 0,
    rowStarts: lines?.rowStarts.length ?? 0,
    labels: lines?.labels.length ?? 0,
    labelStarts: lines?.labelStarts.length ?? 0,
    tokenCounts: lines?.tokenCounts.length ?? 0,
    order: order.length,
    inputs: nRows * stride,
    ...Object.fromEntries(Object.entries(tables.regions).map(([name, { length }]) => [name, length])),
  };
}
