/** The characters of a display; `--ascii` has a plain set. */
export interface Glyphs {
  readonly barDone: string;
  readonly barLeft: string;
  readonly complete: string;
  readonly pruned: string;
  readonly fail: string;
  readonly running: string;
  readonly best: string;
  readonly dot: string;
  readonly dash: string;
  /** Lowest to highest. */
  readonly levels: readonly string[];
}

export const UNICODE: Glyphs = {
  barDone: '━',
  barLeft: '─',
  complete: '●',
  pruned: '△',
  fail: '✗',
  running: '◐',
  best: '★',
  dot: '·',
  dash: '–',
  levels: [...'▁▂▃▄▅▆▇█'],
};

export const ASCII: Glyphs = {
  barDone: '#',
  barLeft: '.',
  complete: 'done:',
  pruned: 'pruned:',
  fail: 'failed:',
  running: 'running:',
  best: '*',
  dot: '-',
  dash: '-',
  levels: [...'_.-=+*#@'],
};

/** `share` of `width` cells filled. */
export function drawBar(
  share: number,
  width: number,
  { barDone, barLeft }: Glyphs,
): [done: string, left: string] {
  const done = Math.round(Math.min(Math.max(share, 0), 1) * width);
  return [barDone.repeat(done), barLeft.repeat(width - done)];
}

/** The last `width` values as one character each, lowest to highest of what is shown; gaps for NaN. */
export function drawSparkline(values: readonly number[], width: number, { levels }: Glyphs): string {
  const shown = values.slice(-width);
  const finite = shown.filter(Number.isFinite);
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const scale = high > low ? (levels.length - 1) / (high - low) : 0;
  const middle = Math.floor(levels.length / 2);
  return shown
    .map((value) => {
      if (!Number.isFinite(value)) return ' ';
      return scale === 0 ? levels[middle] : levels[Math.round((value - low) * scale)];
    })
    .join('');
}
