import { shellWord } from '../../domain/shell-word.ts';
import type { ArgsOf, GlobalArgs } from '../command.ts';
import { READER_OPTIONS } from '../config/reader-options.ts';
import { kebab } from '../option-names.ts';
import type { Io } from './io.ts';

/** The options that lead the next command to the same study: the storage only where the command line named it. */
export function studyOptions(io: Io, args: Pick<GlobalArgs, 'storage'>, study: string): string {
  const storage = io.sources.get('storage') === 'flag' ? `--storage ${shellWord(args.storage!)} ` : '';
  return `${storage}--study ${shellWord(study)}`;
}

/** The reader's options as they were given, so that the next command reads the same file the same way. */
export function readerWords(args: Partial<ArgsOf<typeof READER_OPTIONS>>): string {
  return Object.keys(READER_OPTIONS)
    .map((name) => {
      const value = args[name as keyof typeof READER_OPTIONS];
      if (value === undefined) return '';
      if (typeof value === 'boolean') return ` --${value ? '' : 'no-'}${kebab(name)}`;
      return ` --${kebab(name)} ${shellWord(value)}`;
    })
    .join('');
}
