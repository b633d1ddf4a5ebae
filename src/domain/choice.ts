import { UsageError } from './errors.ts';
import type { Choice } from './study.ts';

/** A numeric setting of a sampler or pruner: its default and what it may be. */
export interface OptionRule {
  readonly default: number;
  readonly min: number;
  readonly max?: number;
  readonly integer?: boolean;
  /** One line for people. */
  readonly about: string;
}

export type OptionRules = Readonly<Record<string, OptionRule>>;
export type OptionValues<R extends OptionRules> = { readonly [K in keyof R]: number };

/** One implementation of a port in its registry. */
export interface RegistryEntry<T> {
  /** One line for people. */
  readonly about: string;
  readonly rules: OptionRules;
  /** @throws {UsageError} for options that the rules do not allow */
  readonly create: (choice: Choice) => T;
}

/** A registry entry whose options are checked before `make` sees them. */
export function defineEntry<T, R extends OptionRules>(
  about: string,
  rules: R,
  make: (options: OptionValues<R>) => T,
): RegistryEntry<T> {
  return { about, rules, create: (choice) => make(parseOptions(choice, rules)) };
}

/** Makes what `choice` names. @param kind for messages: `sampler` @throws {UsageError} listing the known names */
export function createFrom<T>(
  kind: string,
  registry: Readonly<Record<string, RegistryEntry<T>>>,
  choice: Choice,
): T {
  if (Object.hasOwn(registry, choice.name)) return registry[choice.name]!.create(choice);
  throw new UsageError(`No ${kind} "${choice.name}".`, {
    fix: `use one of: ${Object.keys(registry).join(', ')}`,
  });
}

/** All options of a choice, defaults filled in. @throws {UsageError} for an unknown option or a value out of range */
export function parseOptions<R extends OptionRules>({ name, options }: Choice, rules: R): OptionValues<R> {
  for (const key of Object.keys(options)) {
    if (Object.hasOwn(rules, key)) continue;
    const known = Object.keys(rules);
    throw new UsageError(`"${name}" has no option "${key}".`, {
      fix: known.length === 0 ? 'it has no options' : `its options: ${known.join(', ')}`,
    });
  }
  const parse = ([key, rule]: [string, OptionRule]): [string, number] => {
    const value = options[key] ?? rule.default;
    const { min, max = Number.POSITIVE_INFINITY, integer = false } = rule;
    const fits = typeof value === 'number' && value >= min && value <= max;
    if (fits && (!integer || Number.isInteger(value))) return [key, value];
    throw new UsageError(`"${name}" cannot take ${key} = ${JSON.stringify(value)}.`, {
      fix: `give ${integer ? 'a whole number' : 'a number'} ${describeRange(min, max)}`,
    });
  };
  return Object.fromEntries(Object.entries(rules).map(parse)) as OptionValues<R>;
}

function describeRange(min: number, max: number): string {
  if (min === Number.NEGATIVE_INFINITY) return '(any)';
  return max === Number.POSITIVE_INFINITY ? `of at least ${min}` : `from ${min} to ${max}`;
}
