import type { CompletionCommand, CompletionOption } from './words.ts';

/** A completion script for fish. */
export function fishScript(commands: readonly CompletionCommand[]): string {
  return [
    '# hpo completion for fish: hpo completion fish | source',
    'function __hpo_studies; hpo studies --format csv --columns name --quiet 2>/dev/null | tail -n +2; end',
    'complete -c hpo -f',
    ...firstWords(commands),
    ...commands.flatMap(commandLines),
    '',
  ].join('\n');
}

function firstWords(commands: readonly CompletionCommand[]): string[] {
  const heads = new Map<string, string>();
  for (const { name, summary } of commands) {
    const [head, second] = name.split(' ') as [string, string?];
    heads.set(head, second === undefined ? summary : `${head} commands`);
  }
  return [...heads].map(
    ([head, summary]) => `complete -c hpo -n __fish_use_subcommand -a ${head} -d ${quote(summary)}`,
  );
}

function commandLines({ name, summary, options }: CompletionCommand): string[] {
  const [head, second] = name.split(' ') as [string, string?];
  const seen = `__fish_seen_subcommand_from ${head}`;
  const condition = second === undefined ? seen : `${seen}; and __fish_seen_subcommand_from ${second}`;
  const word =
    second === undefined ? [] : [`complete -c hpo -n ${quote(seen)} -a ${second} -d ${quote(summary)}`];
  return [...word, ...options.map((option) => optionLine(option, condition))];
}

function optionLine({ flag, describe, value }: CompletionOption, condition: string): string {
  const base = `complete -c hpo -n ${quote(condition)} -l ${flag.slice(2)} -d ${quote(describe)}`;
  switch (value) {
    case 'none':
      return base;
    case 'file':
      return `${base} -r -F`;
    case 'study':
      return `${base} -x -a '(__hpo_studies)'`;
    default:
      return `${base} -x -a ${quote(value.join(' '))}`;
  }
}

/** Inside single quotes fish reads only an escaped backslash and an escaped quote. */
function quote(text: string): string {
  return `'${text.replace(/[\\']/g, (char) => `\\${char}`)}'`;
}
