import { UsageError } from '../domain/errors.ts';
import { hasInlinePassword, redactUrl } from '../storage/url.ts';
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
  if (sources.get('storage') === 'flag') refuseInlinePassword(args.storage ?? '');
  const io = createIo(args, sources, env);
  if (args.help) {
    io.print(await renderHelp(command, io.width));
    return 0;
  }
  return (await command.run(args as Parameters<typeof command.run>[0], io)) ?? 0;
}

/** A command line is shown to everybody who lists processes, and a job's to the whole cluster. */
function refuseInlinePassword(storage: string): void {
  if (!hasInlinePassword(storage)) return;
  throw new UsageError(`A password on the command line can be read by everybody: ${redactUrl(storage)}`, {
    fix: 'put it into ~/.pgpass (mode 0600) and leave it out, or write the URL into a file: --storage @FILE',
  });
}
