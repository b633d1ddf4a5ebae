import { defineCommand } from '../command.ts';
import { bashScript } from '../completion/bash.ts';
import { fishScript } from '../completion/fish.ts';
import { type CompletionCommand, completionCommands } from '../completion/words.ts';
import { zshScript } from '../completion/zsh.ts';

const SHELLS = { bash: bashScript, zsh: zshScript, fish: fishScript } satisfies Record<
  string,
  (commands: readonly CompletionCommand[]) => string
>;
type Shell = keyof typeof SHELLS;

const INSTALL: Readonly<Record<Shell, string>> = {
  bash: `echo 'source <(hpo completion bash)' >> ~/.bashrc`,
  zsh: `echo 'source <(hpo completion zsh)' >> ~/.zshrc`,
  fish: 'hpo completion fish > ~/.config/fish/completions/hpo.fish',
};

/** `hpo completion bash|zsh|fish`: a script for the shell's start-up file. */
export default defineCommand({
  name: 'completion',
  summary: 'Print a completion script for your shell',
  positionals: {
    shell: {
      kind: 'string',
      describe: `one of ${Object.keys(SHELLS).join(', ')} [default: that of $SHELL]`,
      choices: Object.keys(SHELLS),
    },
  },
  options: {},
  examples: ['completion bash', 'completion zsh', 'completion fish'],
  run: async (args, io) => {
    const shell = (args.shell as Shell | undefined) ?? shellOf(io.env['SHELL']);
    io.print(SHELLS[shell](await completionCommands()));
    // Sourced by a start-up file it must stay silent; a person sees how to install it.
    if (process.stdout.isTTY === true) io.next(INSTALL[shell]);
    return 0;
  },
});

/** The shell behind a path such as `/usr/bin/zsh`; bash where it is another. */
function shellOf(path = ''): Shell {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return Object.hasOwn(SHELLS, name) ? (name as Shell) : 'bash';
}
