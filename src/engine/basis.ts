import type { FrozenTrial } from '../domain/trial.ts';

/**
 * What a trial's params were chosen from, so that the choice can be made again: all trials with smaller numbers, ended as
 * they are now, but for those that had not ended. Number ranges (`3,7-9`), as thousands may wait in line.
 */
export type AskedFrom = {
  readonly number: number;
  /** They ran, with their params. */
  readonly running: string;
  /** They were claimed, by an engine that had not chosen their params yet. */
  readonly unsampled: string;
  readonly waiting: string;
};

/** @param history all trials with a smaller number, by number */
export function describeBasis(number: number, history: readonly FrozenTrial[]): AskedFrom {
  const open = history.filter(({ state }) => state === 'running' || state === 'waiting');
  const numbersOf = (isMeant: (trial: FrozenTrial) => boolean): string =>
    formatRanges(open.filter(isMeant).map((trial) => trial.number));
  const isBare = ({ params }: FrozenTrial): boolean => Object.keys(params).length === 0;
  return {
    number,
    running: numbersOf((trial) => trial.state === 'running' && !isBare(trial)),
    unsampled: numbersOf((trial) => trial.state === 'running' && isBare(trial)),
    waiting: numbersOf(({ state }) => state === 'waiting'),
  };
}

/** @param numbers rising */
function formatRanges(numbers: readonly number[]): string {
  const ranges: { first: number; last: number }[] = [];
  for (const number of numbers) {
    const range = ranges.at(-1);
    if (range !== undefined && number === range.last + 1) range.last = number;
    else ranges.push({ first: number, last: number });
  }
  return ranges.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`)).join(',');
}
