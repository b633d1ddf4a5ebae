import yargs from 'yargs';
import { UsageError } from '../domain/errors.ts';
import { type Command, GLOBAL_OPTIONS, type GlobalArgs, type OptionSpec, type Options } from './command.ts';
import { findOption, findShort, kebab, type NamedOption } from './option-names.ts';
import { parseValue } from './option-values.ts';

export interface ParsedArgs {
  readonly args: GlobalArgs & Readonly<Record<string, unknown>>;
  readonly sources: ReadonlyMap<string, 'flag' | 'env'>;
}

type Tokens = readonly string[];

/** Command line and environment to a command's typed options; the command's own words are already gone from `argv`. */
export function parseArgs(command: Command, argv: Tokens, env: NodeJS.ProcessEnv): ParsedArgs {
  const options: Options = { ...GLOBAL_OPTIONS, ...command.options };
  const parsed = createParser(command, canonicalize(argv, options)).parseSync();
  const args: Record<string, unknown> = {};
  const sources = new Map<string, 'flag' | 'env'>();
  for (const [name, spec] of Object.entries(options)) {
    const given = parsed[kebab(name)];
    const fromEnv = spec.env === undefined ? undefined : env[spec.env];
    if (given !== undefined) {
      const values = (Array.isArray(given) ? given : [given]).map((value) =>
        parseValue(String(value), spec, `--${kebab(name)}`),
      );
      args[name] = spec.kind === 'list' ? values : values[0];
      sources.set(name, 'flag');
    } else if (fromEnv) {
      args[name] = parseValue(fromEnv, spec, spec.env!);
      sources.set(name, 'env');
    }
  }
  if (!args['help']) Object.assign(args, parsePositionals(command, parsed._.map(String)));
  return { args: args as ParsedArgs['args'], sources };
}

/** The text of `hpo COMMAND --help`. */
export function renderHelp(command: Command, width: number): Promise<string> {
  return createParser(command, []).wrap(Math.min(width, 110)).getHelp();
}

function createParser(command: Command, tokens: Tokens): ReturnType<typeof yargs> {
  const words = Object.entries(command.positionals).map(([name, { kind, required }]) => {
    const word = kind === 'list' ? `${kebab(name)}..` : kebab(name);
    return required ? `<${word}>` : `[${word}]`;
  });
  const parser = yargs([...tokens])
    .scriptName('hpo')
    .usage([['Usage: hpo', command.name, ...words, '[options]'].join(' '), '', command.summary].join('\n'))
    .parserConfiguration({
      'camel-case-expansion': false,
      'dot-notation': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'greedy-arrays': false,
      'duplicate-arguments-array': true,
    })
    .help(false)
    .version(false)
    .exitProcess(false)
    .showHelpOnFail(false)
    .fail((message, error) => {
      throw error ?? new UsageError(message);
    });
  // In the command's order; where it has a global option of its own, its own counts.
  const options: Options = { ...command.options, ...GLOBAL_OPTIONS, ...command.options };
  for (const [name, spec] of Object.entries(options)) {
    parser.option(kebab(name), {
      describe: describe(spec),
      group: spec.group ?? 'Options:',
      ...(spec.kind === 'flag' ? { type: 'boolean' } : {}),
      ...(spec.short ? { alias: spec.short } : {}),
    });
  }
  for (const [name, spec] of Object.entries(command.positionals))
    parser.epilogue(`${kebab(name)}: ${spec.describe}`);
  for (const example of command.examples ?? []) parser.example(`hpo ${example}`, '');
  return parser;
}

function describe(spec: OptionSpec): string {
  const notes = [
    ...(spec.choices ? [`one of ${spec.choices.join(', ')}`] : []),
    ...(spec.severalChoices ? ['several joined by commas'] : []),
    ...(spec.kind === 'list' ? ['repeatable'] : []),
    ...(spec.env ? [spec.env] : []),
    ...(spec.fallback ? [`default: ${spec.fallback}`] : []),
  ];
  return notes.length > 0 ? `${spec.describe} [${notes.join('; ')}]` : spec.describe;
}

/**
 * Every option by its own full name and with its value attached (`--n_trials 5` → `--n-trials=5`), so that nothing
 * is left to guess. @throws {UsageError} unknown or repeated options, missing values
 */
export function canonicalize(argv: Tokens, options: Options): string[] {
  const tokens: string[] = [];
  const seen = new Set<string>();
  for (let i = 0; i < argv.length; i++) {
    const token = argv[i]!;
    if (token === '--') return [...tokens, ...argv.slice(i)];
    const typed = readOptionToken(token, options);
    if (typed === null) {
      tokens.push(token);
      continue;
    }
    const { option, shown } = typed;
    if (seen.has(option.name) && option.spec.kind !== 'list')
      throw new UsageError(`option ${shown} is given twice`);
    seen.add(option.name);
    let { value } = typed;
    if (value === null && option.spec.kind !== 'flag' && isValue(argv[i + 1])) value = argv[++i]!;
    tokens.push(writeToken(option, value, shown));
  }
  return tokens;
}

interface TypedOption {
  readonly option: NamedOption;
  /** As typed, with dashes. */
  readonly shown: string;
  readonly value: string | null;
}

/** Null for a value without a name. `-` alone is one: standard input. */
function readOptionToken(token: string, options: Options): TypedOption | null {
  const long = /^--([^=]*)(?:=(.*))?$/s.exec(token);
  if (long) return { option: findOption(long[1]!, options), shown: `--${long[1]}`, value: long[2] ?? null };
  const short = /^-([A-Za-z])(?:=?(.+))?$/s.exec(token);
  if (short) return { option: findShort(short[1]!, options), shown: `-${short[1]}`, value: short[2] ?? null };
  return null;
}

function isValue(token: string | undefined): token is string {
  return token !== undefined && (!token.startsWith('-') || /^-(\d|\.\d|$)/.test(token));
}

function writeToken({ name, spec, negated }: NamedOption, value: string | null, shown: string): string {
  if (spec.kind === 'flag') {
    const on = value === null || parseValue(value, spec, shown) === true;
    return `--${kebab(name)}=${on !== negated}`;
  }
  if (value === null && spec.kind !== 'optional') throw new UsageError(`option ${shown} needs a value`);
  return `--${kebab(name)}=${value ?? ''}`;
}

function parsePositionals(command: Command, words: readonly string[]): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  const rest = [...words];
  for (const [name, spec] of Object.entries(command.positionals)) {
    if (rest.length === 0) {
      if (spec.required) throw new UsageError(`hpo ${command.name} needs a ${kebab(name)}: ${spec.describe}`);
    } else if (spec.kind === 'list') values[name] = rest.splice(0);
    else values[name] = parseValue(rest.shift()!, spec, kebab(name));
  }
  if (rest.length > 0) {
    throw new UsageError(`hpo ${command.name} does not know what to do with "${rest[0]}"`, {
      fix: `hpo ${command.name} --help`,
    });
  }
  return values;
}
