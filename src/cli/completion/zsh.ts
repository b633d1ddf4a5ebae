import type { CompletionCommand, CompletionOption } from './words.ts';

/** A completion script for zsh. */
export function zshScript(commands: readonly CompletionCommand[]): string {
  const single = commands.filter(({ name }) => !name.includes(' '));
  const heads = [
    ...new Set(commands.filter((c) => c.name.includes(' ')).map(({ name }) => name.split(' ')[0]!)),
  ];
  const top = [
    ...single.map(({ name, summary }) => [name, summary] as const),
    ...heads.map((head) => [head, `${head} commands`] as const),
  ];
  return `#compdef hpo
# hpo completion for zsh: source <(hpo completion zsh)
_hpo_studies() { local -a names; names=("\${(@f)$(hpo studies --format csv --columns name --quiet 2>/dev/null | tail -n +2)}"); compadd -a names }
_hpo() {
  local context state line
  local -a commands; commands=(
${top.map(([name, summary]) => `    ${quote(`${name}:${summary}`)}`).join('\n')}
  )
  if (( CURRENT == 2 )); then _describe command commands; return; fi
  local name=$words[2]; shift words; (( CURRENT-- ))
${heads.map((head) => groupBlock(head, commands)).join('\n')}
  case $name in
${commands.map(commandCase).join('\n')}
  esac
}
if [[ $funcstack[1] == _hpo ]]; then _hpo "$@"; else compdef _hpo hpo; fi
`;
}

function groupBlock(head: string, commands: readonly CompletionCommand[]): string {
  const inner = commands.filter(({ name }) => name.startsWith(`${head} `));
  const described = inner.map(({ name, summary }) => quote(`${name.split(' ')[1]}:${summary}`));
  return `  if [[ $name == ${head} ]]; then
    local -a seconds; seconds=(${described.join(' ')})
    if (( CURRENT == 2 )); then _describe command seconds; return; fi
    name="$name $words[2]"; shift words; (( CURRENT-- ))
  fi`;
}

function commandCase({ name, options }: CompletionCommand): string {
  const specs = [...options.map(optionSpec), quote('*:file:_files')];
  return `    ${quote(name)}) _arguments -s ${specs.join(' ')} ;;`;
}

function optionSpec({ flag, describe, value }: CompletionOption): string {
  const text = describe.replace(/[[\]\\:]/g, (char) => `\\${char}`);
  switch (value) {
    case 'none':
      return quote(`${flag}[${text}]`);
    case 'file':
      return quote(`${flag}=[${text}]:value:_files`);
    case 'study':
      return quote(`${flag}=[${text}]:study:_hpo_studies`);
    default:
      return quote(`${flag}=[${text}]:value:(${value.join(' ')})`);
  }
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
