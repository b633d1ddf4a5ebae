import { basename } from 'node:path';
import type { Params, ParamValue } from '../../domain/distribution.ts';
import { UsageError } from '../../domain/errors.ts';

/**
 * A command line as words, some with `{name}` in them. It is split once, before any value is known, and values are put
 * into the words afterwards: no shell ever sees them, so blanks, quotes or `$(…)` in a value mean nothing.
 */
export type ArgvTemplate = readonly string[];

/** `{args}`: a word that stands for all parameters without a place of their own, as options. */
const ALL_ARGS = '{args}';

/** `{{name}}` stands for `{name}` itself; braces around anything else, as in JSON, mean nothing. */
const PLACEHOLDER = /\{\{([^{}\s"':,]+)\}\}|\{([^{}\s"':,]+)\}/g;

/**
 * Splits a command line as a shell would: blanks, 'single' and "double" quotes, backslashes; nothing is expanded.
 * @throws {UsageError} an open quote, or an operator that only a shell understands
 */
export function splitCommand(text: string): string[] {
  const words: string[] = [];
  const word = /\s*((?:[^\s"'\\]|\\[\s\S]|'[^']*'|"(?:[^"\\]|\\[\s\S])*")+)/y;
  const trimmed = text.trimEnd();
  while (word.lastIndex < trimmed.length) {
    const start = word.lastIndex;
    const match = word.exec(trimmed);
    if (match === null || !endsWord(trimmed, word.lastIndex)) throw openQuote(trimmed.slice(start).trim());
    if (/^(\d*[<>].*|[|&;]+|\|.*)$/.test(match[1]!)) throw needsShell(match[1]!);
    words.push(unquote(match[1]!));
  }
  return words;
}

const endsWord = (text: string, at: number): boolean => at === text.length || /\s/.test(text[at]!);

function unquote(word: string): string {
  return word.replace(/'([^']*)'|"((?:[^"\\]|\\[\s\S])*)"|\\([\s\S])/g, (_, single, double, escaped) => {
    if (single !== undefined) return single as string;
    if (double !== undefined)
      return (double as string).replace(/\\(["\\$`\n])/g, (_, c) => (c === '\n' ? '' : c));
    return escaped === '\n' ? '' : (escaped as string);
  });
}

/**
 * Looks at a template before anything runs.
 * @param active parameters that every trial has @param conditional those that only some trials have
 * @throws {UsageError} a placeholder that no trial, or not every trial, could fill; one inside a shell's script
 */
export function checkTemplate(
  template: ArgvTemplate,
  { active, conditional }: { readonly active: readonly string[]; readonly conditional: readonly string[] },
): void {
  if (template.length === 0) throw new UsageError('the command is empty', { fix: EXAMPLE });
  if ([...active, ...conditional].includes('args') && template.includes(ALL_ARGS))
    throw new UsageError('a parameter is called "args", as is the placeholder of all of them', {
      fix: 'call the parameter something else',
    });
  if (template.some((word) => word.includes('\0')))
    throw new UsageError('the command holds a NUL character, which no program can be given');
  refuseShellScript(template);
  for (const name of placeholdersOf(template)) {
    if (active.includes(name)) continue;
    if (conditional.includes(name))
      throw new UsageError(`{${name}}: only some trials have that parameter`, {
        fix: 'use {args}, which leaves out what a trial does not have',
      });
    if (name === 'args')
      throw new UsageError('{args} must be a word of its own in the command', { fix: EXAMPLE });
    throw new UsageError(`{${name}} in the command is no parameter`, {
      details: [`parameters: ${[...active, ...conditional].join(', ') || 'none'}`],
      fix: 'name one of them, add it to the space, or write {{name}} for {name} itself',
    });
  }
}

const EXAMPLE = "--command 'python3 train.py {args}'";
const SHELLS = ['sh', 'bash', 'dash', 'zsh', 'ksh', 'fish'];

/** `bash -c 'train {lr}'` would have the shell read a value as its own text. */
function refuseShellScript(template: ArgvTemplate): void {
  const at = template.findIndex(
    (word, i) => /^-\w*c$/.test(word) && SHELLS.includes(basename(template[i - 1] ?? '')),
  );
  const script = at < 0 ? undefined : template[at + 1];
  const [name] = script === undefined ? [] : placeholdersOf([script], true);
  if (name === undefined) return;
  throw new UsageError(`the shell would read the value of {${name}} as part of its script`, {
    fix: `pass it as an argument: ${basename(template[at - 1]!)} -c 'train "$1"' _ {${name}}`,
  });
}

/** The words that a trial's program is started with. */
export function renderArgv(template: ArgvTemplate, params: Params): string[] {
  const placed = new Set(placeholdersOf(template));
  const rest = Object.entries(params).filter(([name]) => !placed.has(name));
  const argv: string[] = [];
  for (const word of template) {
    if (word === ALL_ARGS)
      argv.push(...rest.flatMap(([name, value]) => asOption(`--${name}`, textOf(value))));
    else {
      const value = fill(word, params);
      const before = argv.at(-1);
      // `--x {x}` with a value that looks like an option itself.
      if (
        /^\{[^{}]+\}$/.test(word) &&
        value.startsWith('-') &&
        before !== undefined &&
        /^--[^=]+$/.test(before)
      )
        argv.splice(-1, 1, ...asOption(before, value));
      else argv.push(value);
    }
  }
  return argv;
}

/** A value that begins with a dash is tied to its option: apart, it would be taken for an option. */
const asOption = (option: string, value: string): string[] =>
  value.startsWith('-') ? [`${option}=${value}`] : [option, value];

const fill = (word: string, params: Params): string =>
  word.replace(PLACEHOLDER, (_, literal: string | undefined, name: string) =>
    literal === undefined ? textOf(params[name] ?? null) : `{${literal}}`,
  );

const textOf = (value: ParamValue): string => String(value);

function placeholdersOf(template: ArgvTemplate, withArgs = false): string[] {
  return template
    .filter((word) => withArgs || word !== ALL_ARGS)
    .flatMap((word) => [...word.matchAll(PLACEHOLDER)].flatMap((match) => match[2] ?? []));
}

function openQuote(rest: string): UsageError {
  return new UsageError(`the command has an open quote or a lone backslash: ${rest}`, { fix: EXAMPLE });
}

function needsShell(operator: string): UsageError {
  return new UsageError(`the command has "${operator}", but no shell runs it`, {
    fix: `quote it to pass it on, or run a shell: bash -c 'first "$1" | second' _ {lr}`,
  });
}
