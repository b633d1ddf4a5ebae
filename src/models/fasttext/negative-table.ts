/**
 * What negatives are drawn from (Mikolov et al. 2013): every label owns a share of about ten million numbers, by the root
 * of its count. The official program keeps a table of all numbers; the ends of the shares tell the same.
 */
export interface NegativeTable {
  /** How many numbers there are: a few more than ten million. */
  readonly range: number;
  /** Label i owns the numbers from `ends[i − 1]` to `ends[i]`. */
  readonly ends: Int32Array;
  /** The label that owns number 4096 i: where to look for the owner of the numbers behind it. */
  readonly guide: Int32Array;
}

const TABLE_SIZE = 10_000_000;
const GUIDE_STEP = 4096;

/** Rounded to float32 where the official program rounds. */
export function buildNegativeTable(counts: readonly number[]): NegativeTable {
  const sum = counts.reduce((z, count) => Math.fround(z + Math.sqrt(count)), 0);
  let range = 0;
  const ends = Int32Array.from(counts, (count) => {
    const share = Math.fround(Math.fround(Math.fround(Math.sqrt(count)) * TABLE_SIZE) / sum);
    range += Math.ceil(share);
    return range;
  });
  let label = 0;
  const guide = Int32Array.from({ length: Math.ceil(range / GUIDE_STEP) }, (_, i) => {
    while (ends[label]! <= i * GUIDE_STEP) label++;
    return label;
  });
  return { range, ends, guide };
}
