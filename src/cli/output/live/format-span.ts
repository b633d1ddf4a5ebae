import { formatDuration } from '../readable.ts';

/** Milliseconds in whole seconds at least: a display that is redrawn must not flicker with hundredths. */
export function formatSpan(ms: number): string {
  const seconds = Math.round(Math.max(0, ms) / 1000);
  return seconds < 60 ? `${seconds}s` : formatDuration(seconds);
}
