import type { Io } from '../output/io.ts';
import { formatDuration } from '../output/readable.ts';

export interface Progress {
  /** @param fraction of the input that is done; null where its size is unknown */
  update(lines: number, fraction: number | null): void;
  /** Takes the bar off the screen. */
  end(): void;
}

const BAR_CELLS = 30;
const REDRAW_MS = 100;

/** A bar on the terminal behind stderr; nothing where there is none. */
export function startProgress(io: Io, title: string): Progress {
  if (!io.live) return { update: () => {}, end: () => {} };
  const startedAt = performance.now();
  let drawnAt = 0;
  return {
    update: (lines, fraction) => {
      const now = performance.now();
      if (now - drawnAt < REDRAW_MS) return;
      drawnAt = now;
      const line = renderProgress(title, lines, fraction, (now - startedAt) / 1000, io.ascii);
      process.stderr.write(`\r\u001b[2K${line.slice(0, Math.max(1, (process.stderr.columns || 80) - 1))}`);
    },
    end: () => void process.stderr.write('\r\u001b[2K'),
  };
}

/** One line: title, bar, share, lines, speed and the time that is left. */
export function renderProgress(
  title: string,
  lines: number,
  fraction: number | null,
  seconds: number,
  ascii: boolean,
): string {
  const speed = `${lines.toLocaleString('en')} lines  ${Math.round(lines / Math.max(seconds, 1e-3)).toLocaleString('en')}/s`;
  if (fraction === null) return `${title}  ${speed}`;
  const share = Math.min(Math.max(fraction, 0), 1);
  const full = Math.round(share * BAR_CELLS);
  const [on, off] = ascii ? ['#', '-'] : ['━', '╌'];
  const left = share > 0 ? `  ETA ${formatDuration((seconds / share) * (1 - share))}` : '';
  return `${title}  ${on.repeat(full)}${off.repeat(BAR_CELLS - full)}  ${Math.floor(share * 100)}%  ${speed}${left}`;
}
