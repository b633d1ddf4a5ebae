import { UsageError } from '../domain/errors.ts';
import { parseArgs, renderHelp } from './argv.ts';
import { findCommand, renderCommands } from './find-command.ts';
import { createIo } from './output/io.ts';

/**
 * Runs one command line without the program's name.
 * @returns the exit code
 * @throws {HpoError} for what a person can mend; `main` prints it
 */
export async function run(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const found = findCommand(argv);
  if (found.type === 'group') {
    if (!found.wantsHelp) {
      throw new UsageError(`hpo ${found.name} needs a command`, { fix: `hpo ${found.name} --help` });
    }
    process.stdout.write(`${renderCommands(found.name)}\n`);
    return 0;
  }
  const { default: command } = await found.entry.load();
  const { args, sources } = parseArgs(command, found.argv, env);
  const io = createIo(args, sources, env);
  if (args.help) {
    io.print(await renderHelp(command, io.width));
    return 0;
  }
  return (await command.run(args as Parameters<typeof command.run>[0], io)) ?? 0;
}
