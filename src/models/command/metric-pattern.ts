import { UsageError } from '../../domain/errors.ts';

/** A regular expression that finds metrics in a line of output. */
export interface MetricPattern {
  /** What its first group holds; null: its named groups name the metrics, `step` (or `epoch`) the step. */
  readonly metric: string | null;
  readonly source: string;
}

/** Values that a pattern found in one line, as text. */
export type Found = Readonly<Record<string, string>>;

/**
 * `f1=val F1: ([\d.]+)` or `epoch (?<step>\d+) loss (?<loss>\S+)`.
 * @throws {UsageError} no regular expression, or one that yields nothing
 */
export function parsePattern(text: string): MetricPattern {
  const named = /\(\?<[A-Za-z_$][\w$]*>/.test(text);
  const match = named ? null : /^([A-Za-z][\w.\-@]*)=(.*)$/s.exec(text);
  const pattern = { metric: match?.[1] ?? null, source: match?.[2] ?? text };
  const groups = countGroups(pattern.source, text);
  if (groups === 0 || (pattern.metric === null && !named))
    throw new UsageError(`the pattern ${text} has no group for a metric`, {
      fix: String.raw`write f1=val F1: ([\d.]+), or val F1: (?<f1>[\d.]+)`,
    });
  return pattern;
}

function countGroups(source: string, shown: string): number {
  try {
    // With an empty alternative it matches everything, with all its groups listed.
    return new RegExp(`${source}|`).exec('')!.length - 1;
  } catch (cause) {
    throw new UsageError(`the pattern ${shown} is no regular expression: ${(cause as Error).message}`, {
      cause,
    });
  }
}
