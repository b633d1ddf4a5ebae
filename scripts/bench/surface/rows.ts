import { existsSync, readFileSync } from 'node:fs';
import type { SearchTask, TrialRow } from './search.ts';

/** The rows of a file, a last line that was cut off by a kill left out. */
export function readRows(path: string): TrialRow[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        return line === '' ? [] : [JSON.parse(line) as TrialRow];
      } catch {
        return [];
      }
    });
}

/** The rows of one search by number, up to the first that is missing. */
export function rowsOf(rows: readonly TrialRow[], task: SearchTask): TrialRow[] {
  const own = new Map(
    rows.filter((row) => keyOf(row) === keyOf(task)).map((row) => [row.number, row] as const),
  );
  const dense: TrialRow[] = [];
  for (let row = own.get(0); row !== undefined; row = own.get(dense.length)) dense.push(row);
  return dense;
}

export const keyOf = ({ model, set, sampler, seed }: SearchTask): string =>
  [model, set, sampler, seed].join(' ');

/** Rows with the same key together, in the order in which the keys turn up. */
export function groupRows(rows: readonly TrialRow[], key: (row: TrialRow) => string): TrialRow[][] {
  const groups = new Map<string, TrialRow[]>();
  for (const row of rows) {
    const group = groups.get(key(row));
    if (group) group.push(row);
    else groups.set(key(row), [row]);
  }
  return [...groups.values()];
}
