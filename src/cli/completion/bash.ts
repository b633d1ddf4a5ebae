import type { CompletionCommand, CompletionOption } from './words.ts';

/** A completion script for bash 4 and newer. */
export function bashScript(commands: readonly CompletionCommand[]): string {
  const groups = commands.filter(({ name }) => name.includes(' '));
  const heads = [...new Set(groups.map(({ name }) => name.split(' ')[0]!))];
  return `# hpo completion for bash: source <(hpo completion bash)
_hpo_studies() { hpo studies --format csv --columns name --quiet 2>/dev/null | tail -n +2; }
_hpo() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} words=() word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do [[ $word == -* ]] || words+=("$word"); done
  local command="\${words[0]-}"
  case $command in ${heads.join('|')}) command+=" \${words[1]-}" ;; esac
  local IFS=$'\\n'
  case $command in
    '') COMPREPLY=($(compgen -W "${lines(topWords(commands))}" -- "$cur")); return ;;
${heads.map((head) => groupCase(head, groups)).join('\n')}
${commands.map(commandCase).join('\n')}
  esac
}
complete -o bashdefault -o default -F _hpo hpo
`;
}

function topWords(commands: readonly CompletionCommand[]): string[] {
  return [...new Set(commands.map(({ name }) => name.split(' ')[0]!)), '--help', '--version'];
}

function groupCase(head: string, groups: readonly CompletionCommand[]): string {
  const seconds = groups
    .filter(({ name }) => name.startsWith(`${head} `))
    .map(({ name }) => name.split(' ')[1]!);
  return `    '${head} ') COMPREPLY=($(compgen -W "${lines(seconds)}" -- "$cur")); return ;;`;
}

function commandCase({ name, options }: CompletionCommand): string {
  const values = options.flatMap((option) => valueCase(option) ?? []);
  const flags = lines(options.map(({ flag }) => flag));
  return `    '${name}')
      case $prev in
${values.map((line) => `        ${line}`).join('\n')}
      esac
      [[ $cur == -* ]] && COMPREPLY=($(compgen -W "${flags}" -- "$cur")) ;;`;
}

function valueCase({ flag, value }: CompletionOption): string | null {
  const names = flag === '--format' ? '--format|-f' : flag;
  switch (value) {
    case 'none':
      return null;
    case 'file':
      return `${names}) COMPREPLY=($(compgen -f -- "$cur")); return ;;`;
    case 'study':
      return `${names}) COMPREPLY=($(compgen -W "$(_hpo_studies)" -- "$cur")); return ;;`;
    default:
      return `${names}) COMPREPLY=($(compgen -W "${lines(value)}" -- "$cur")); return ;;`;
  }
}

/** The script splits at line feeds only, so that a study's name may hold blanks. */
function lines(words: readonly string[]): string {
  return words.join('\n');
}
