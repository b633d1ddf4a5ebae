import { UsageError } from '../domain/errors.ts';
import type { OptionSpec, Options } from './command.ts';
import { nearestName } from './nearest.ts';

/** `nTrials` → `n-trials`. */
export function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

export interface NamedOption {
  /** camelCase, as commands see it. */
  readonly name: string;
  readonly spec: OptionSpec;
  /** True for `--no-NAME` of a flag. */
  readonly negated: boolean;
}

/**
 * The option that a person meant: its name with hyphens or underscores, an earlier spelling, or an unambiguous prefix.
 * @param typed without the dashes
 * @throws {UsageError} unknown (with a suggestion) or ambiguous
 */
export function findOption(typed: string, options: Options): NamedOption {
  const spellings = spellingsOf(options);
  const wanted = typed.replaceAll('_', '-');
  const exact = spellings.get(wanted);
  if (exact) return exact;
  const matches = [...spellings].filter(([spelling]) => spelling.startsWith(wanted));
  const targets = new Set(matches.map(([, { name, negated }]) => `${negated ? 'no-' : ''}${kebab(name)}`));
  if (wanted !== '' && targets.size === 1) return matches[0]![1];
  if (wanted !== '' && targets.size > 1) {
    throw new UsageError(`option --${typed} is ambiguous`, {
      details: [`it may be ${[...targets].map((name) => `--${name}`).join(', ')}`],
    });
  }
  const near = nearestName(wanted, spellings.keys());
  throw new UsageError(`unknown option --${typed}`, {
    fix: near === null ? 'see --help' : `did you mean --${near}?`,
  });
}

function spellingsOf(options: Options): Map<string, NamedOption> {
  const spellings = new Map<string, NamedOption>();
  for (const [name, spec] of Object.entries(options)) {
    for (const spelling of [kebab(name), ...(spec.aliases ?? [])])
      spellings.set(spelling, { name, spec, negated: false });
    if (spec.kind === 'flag') spellings.set(`no-${kebab(name)}`, { name, spec, negated: true });
  }
  return spellings;
}

/** The option behind one letter. */
export function findShort(letter: string, options: Options): NamedOption {
  const found = Object.entries(options).find(([, spec]) => spec.short === letter);
  if (!found) throw new UsageError(`unknown option -${letter}`, { fix: 'see --help' });
  return { name: found[0], spec: found[1], negated: false };
}
