import type { Json } from '../../domain/trial.ts';
import { plain } from './plain.ts';

/** A number with 4–5 significant digits: `0.9012`, `12.35`, `123457`, `1.2e-7`. */
export function formatNumber(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return String(value);
  const size = Math.abs(value);
  if (size >= 1e15 || size < 1e-4) return value.toExponential(3).replace(/\.?0+e/, 'e');
  if (size >= 1e4) return String(Math.round(value));
  return String(Number(value.toPrecision(size >= 1 ? 5 : 4)));
}

/** A number in a column of its like: four decimals below ten, so that the points stand under each other. */
export function formatScore(value: number): string {
  const size = Math.abs(value);
  if (value === 0 || (size >= 1e-3 && size < 10)) return value.toFixed(4);
  return formatNumber(value);
}

/** Seconds for people: `0.43 s`, `12.3 s`, `1m05s`, `1h42m`, `3d04h`. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '–';
  if (seconds < 9.995) return `${Math.max(seconds, 0).toFixed(2)} s`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const total = Math.round(seconds);
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  if (total < 3600) return `${Math.floor(total / 60)}m${two(total % 60)}s`;
  if (total < 86400) return `${Math.floor(total / 3600)}h${two((total % 3600) / 60)}m`;
  return `${Math.floor(total / 86400)}d${two((total % 86400) / 3600)}h`;
}

/** Bytes with a decimal unit: `512 B`, `1.5 kB`, `812 MB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let [value, unit] = [bytes, 0];
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : Number(value.toPrecision(3))} ${units[unit]}`;
}

/** An ISO time as local `YYYY-MM-DD HH:MM:SS`. */
export function formatTime(iso: string): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return plain(iso);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join('-');
  return `${day} ${[at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(':')}`;
}

/** Any value as one harmless line for a table cell; objects as `key=value` pairs, nothing as an en dash. */
export function formatCell(value: Json | undefined): string {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'number') return formatNumber(value);
  if (typeof value === 'string') return plain(value);
  if (typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return value.map((item) => formatCell(item)).join(' ');
  return formatPairs(value as Readonly<Record<string, Json>>);
}

/** `lr=0.31 wordNgrams=2`, in the object's order; values with spaces are quoted. */
export function formatPairs(pairs: Readonly<Record<string, Json>>): string {
  return Object.entries(pairs)
    .map(([key, value]) => {
      const text = typeof value === 'object' ? plain(JSON.stringify(value)) : formatCell(value);
      return `${plain(key)}=${typeof value === 'string' && /\s/.test(text) ? JSON.stringify(text) : text}`;
    })
    .join(' ');
}
