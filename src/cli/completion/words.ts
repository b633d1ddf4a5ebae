import { GLOBAL_OPTIONS, type OptionSpec, type Options } from '../command.ts';
import { COMMANDS } from '../commands/index.ts';
import { kebab } from '../option-names.ts';

/** What may be typed after a command's words. */
export interface CompletionOption {
  /** With its dashes. */
  readonly flag: string;
  readonly describe: string;
  /** `study`: names from the storage; `file`: paths; `none`: the option takes no value. */
  readonly value: 'none' | 'file' | 'study' | readonly string[];
}

export interface CompletionCommand {
  /** `best`, or `dataset demo`. */
  readonly name: string;
  readonly summary: string;
  readonly options: readonly CompletionOption[];
}

/** Every command with its options: what the shells' scripts are written from. */
export async function completionCommands(): Promise<CompletionCommand[]> {
  return Promise.all(
    Object.entries(COMMANDS).map(async ([name, { summary, load }]) => {
      const { default: command } = await load();
      const options: Options = { ...command.options, ...GLOBAL_OPTIONS, ...command.options };
      return { name, summary, options: Object.entries(options).map(toOption) };
    }),
  );
}

function toOption([name, spec]: [string, OptionSpec]): CompletionOption {
  return { flag: `--${kebab(name)}`, describe: spec.describe, value: completionOf(name, spec) };
}

function completionOf(name: string, { kind, choices }: OptionSpec): CompletionOption['value'] {
  if (kind === 'flag') return 'none';
  if (choices) return choices;
  return name === 'study' ? 'study' : 'file';
}
