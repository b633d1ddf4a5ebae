import { UsageError } from '../../domain/errors.ts';
import type { Json } from '../../domain/trial.ts';
import { type ArgvTemplate, splitCommand } from './argv-template.ts';
import { type MetricPattern, parsePattern } from './metric-pattern.ts';

/** Which report speaks for a program that never says which result is final. */
export const FINAL_FROM = ['best', 'last'] as const;
export type FinalFrom = (typeof FINAL_FROM)[number];

export interface CommandSettings {
  readonly template: ArgvTemplate;
  readonly patterns: readonly MetricPattern[];
  /** Null: a program without a final record has failed. */
  readonly finalFrom: FinalFrom | null;
}

const KNOWN = ['command', 'metricRegex', 'finalFrom'];

/**
 * @throws {UsageError} naming the setting that cannot be used
 */
export function parseSettings(settings: Readonly<Record<string, Json>>): CommandSettings {
  const unknown = Object.keys(settings).find((name) => !KNOWN.includes(name));
  if (unknown !== undefined)
    throw new UsageError(`the command model has no setting "${unknown}"`, {
      details: [`it has: ${KNOWN.join(', ')}`],
    });
  const patterns = asList(settings['metricRegex'], 'metricRegex').map(parsePattern);
  return {
    template: readTemplate(settings['command']),
    patterns,
    finalFrom: readFinalFrom(settings, patterns),
  };
}

/** One text is split as a shell would; a list is taken as it stands. */
function readTemplate(command: Json | undefined): ArgvTemplate {
  if (command === undefined || command === null || command === '')
    throw new UsageError('which command is to be run?', { fix: "--command 'python3 train.py {args}'" });
  return typeof command === 'string' ? splitCommand(command) : asList(command, 'command');
}

function asList(value: Json | undefined, name: string): string[] {
  const list = value === undefined ? [] : Array.isArray(value) ? value : [value];
  if (list.every((item): item is string => typeof item === 'string')) return [...list];
  throw new UsageError(`${name} must be text or a list of texts, not ${JSON.stringify(value)}`);
}

/** A program that only prints numbers cannot say which one is final: there the last one is. */
function readFinalFrom(
  settings: Readonly<Record<string, Json>>,
  patterns: readonly MetricPattern[],
): FinalFrom | null {
  const value = settings['finalFrom'];
  if (value === undefined || value === null) return patterns.length > 0 ? 'last' : null;
  const found = FINAL_FROM.find((name) => name === value);
  if (found !== undefined) return found;
  throw new UsageError(`finalFrom cannot be ${JSON.stringify(value)}`, { fix: 'use best or last' });
}
