import type { Json } from '../domain/trial.ts';

/**
 * JSON as Python's `json` module writes and reads it, so that the texts in the database are those that Optuna itself
 * would write: `, ` and `: ` as separators, ASCII only, and the bare words NaN, Infinity and -Infinity, which
 * JavaScript's own JSON lacks.
 */
export function formatJson(value: Json): string {
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : nonFiniteWord(value);
  if (typeof value === 'string') return formatString(value);
  if (value === null || typeof value === 'boolean') return String(value);
  if (isList(value)) return `[${value.map(formatJson).join(', ')}]`;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{${members.map(([key, member]) => `${formatString(key)}: ${formatJson(member)}`).join(', ')}}`;
}

/** Reads {@link formatJson}'s and Python's texts. What is no JSON at all comes back as the text it is. */
export function parseJson(text: string | null): Json {
  if (text === null) return null;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return parseTolerantly(text);
  }
}

/** A number as Python's `repr(float)` spells it: `0.0`, `1e-05`, `1e+16`. */
export function formatFloat(value: number): string {
  if (!Number.isFinite(value)) return nonFiniteWord(value);
  const [mantissa, exponentText] = value.toExponential().split('e') as [string, string];
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= 16) {
    return `${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  if (Object.is(value, -0)) return '-0.0';
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);

function nonFiniteWord(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? 'Infinity' : '-Infinity';
}

function formatString(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Strings are matched first, so that a "NaN" inside one stays as it is. */
const STRING_OR_WORD = /"(?:[^"\\]|\\.)*"|-?Infinity|NaN/g;
const WORD_MARK = '\u0000python:';

function parseTolerantly(text: string): Json {
  const marked = text.replace(STRING_OR_WORD, (match) =>
    match.startsWith('"') ? match : `"\\u0000python:${match}"`,
  );
  try {
    return JSON.parse(marked, (_, value) =>
      typeof value === 'string' && value.startsWith(WORD_MARK)
        ? Number(value.slice(WORD_MARK.length))
        : value,
    ) as Json;
  } catch {
    return text;
  }
}
