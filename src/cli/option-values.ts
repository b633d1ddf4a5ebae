import { UsageError } from '../domain/errors.ts';
import type { OptionSpec } from './command.ts';
import { nearestName } from './nearest.ts';

/**
 * Text from the command line or the environment to an option's typed value.
 * @param shown how the option is named in a message, such as `--seed` or `HPO_JOBS`
 */
export function parseValue(
  text: string,
  spec: Pick<OptionSpec, 'kind' | 'choices' | 'severalChoices'>,
  shown: string,
): string | number | boolean {
  const { choices } = spec;
  const given = spec.severalChoices ? text.split(',').map((word) => word.trim()) : [text];
  const unknown = choices && given.find((word) => !choices.includes(word));
  if (unknown !== undefined) throw noSuchChoice(unknown, choices!, shown);
  switch (spec.kind) {
    case 'string':
    case 'optional':
    case 'list':
      return text;
    case 'flag':
      return parseFlag(text, shown);
    case 'integer':
      return parseNumber(text, shown, Number.isSafeInteger, 'a whole number of at most 16 digits');
    case 'number':
      return parseNumber(text, shown, Number.isFinite, 'a number');
    case 'duration':
      return parseDuration(text, shown);
    case 'bytes':
      return parseBytes(text, shown);
  }
}

function noSuchChoice(text: string, choices: readonly string[], shown: string): UsageError {
  const near = nearestName(text, choices);
  return new UsageError(`${shown} "${text}" is not known`, {
    details: [`known: ${choices.join(', ')}`],
    ...(near === null ? {} : { fix: `did you mean ${near}?` }),
  });
}

function parseFlag(text: string, shown: string): boolean {
  if (['true', '1', 'yes', 'on'].includes(text.toLowerCase())) return true;
  if (['false', '0', 'no', 'off', ''].includes(text.toLowerCase())) return false;
  throw new UsageError(`${shown} must be true or false, not "${text}"`);
}

function parseNumber(text: string, shown: string, accept: (x: number) => boolean, wanted: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!accept(value)) throw new UsageError(`${shown} must be ${wanted}, not "${text}"`);
  return value;
}

const MILLISECONDS = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 };

/** `90`, `90s`, `1h30m`, `1.5h` → milliseconds; a bare number counts seconds. */
export function parseDuration(text: string, shown: string): number {
  const compact = text.toLowerCase().replace(/\s+/g, '');
  if (/^\d+(\.\d+)?$/.test(compact)) return Number(compact) * 1000;
  if (!/^(\d+(\.\d+)?(ms|s|min|m|h|d))+$/.test(compact)) {
    throw new UsageError(`${shown} "${text}" is no duration`, { fix: 'write it like 90s, 20m, 2h or 1h30m' });
  }
  const parts = compact.matchAll(/(\d+(?:\.\d+)?)(ms|s|min|m|h|d)/g);
  return [...parts].reduce(
    (sum, [, count, unit]) => sum + Number(count) * MILLISECONDS[unit as keyof typeof MILLISECONDS],
    0,
  );
}

/** `512M`, `4G`, `4GiB`, `1000000` → bytes, by powers of 1024. */
export function parseBytes(text: string, shown: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?$/i.exec(text.trim());
  if (!match)
    throw new UsageError(`${shown} "${text}" is no size`, { fix: 'write it like 512M, 4G or 1.5G' });
  return Math.round(Number(match[1]) * 1024 ** ' kmgt'.indexOf(match[2]!.toLowerCase() || ' '));
}
