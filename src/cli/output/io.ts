import pc from 'picocolors';
import type { GlobalArgs } from '../command.ts';
import { plain } from './plain.ts';

export type Format = 'table' | 'json' | 'csv' | 'yaml';

/** What a command speaks to: results on stdout, everything else on stderr. */
export interface Io {
  /** A result: one or more lines on stdout. Text from outside must have passed {@link plain}. */
  print(text: string): void;
  /** What a person may want to know while it runs; silenced by -q. */
  note(text: string): void;
  /** Something is odd, yet it goes on. */
  warn(text: string): void;
  /** The command to type next; silenced by -q. */
  next(command: string): void;
  readonly format: Format;
  /** Columns asked for, or null for the listing's own. */
  readonly columns: readonly string[] | null;
  readonly quiet: boolean;
  readonly ascii: boolean;
  /** NDJSON events on stdout. */
  readonly events: boolean;
  /** Whether a display may redraw stderr. */
  readonly live: boolean;
  /** Columns of the terminal behind stdout; 100 where there is none. */
  readonly width: number;
  readonly colors: ReturnType<typeof pc.createColors>;
  readonly errColors: ReturnType<typeof pc.createColors>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where an option's value came from, by camelCase name; absent: not given. */
  readonly sources: ReadonlyMap<string, 'flag' | 'env'>;
}

const DEFAULT_WIDTH = 100;

export function createIo(
  args: Partial<GlobalArgs>,
  sources: ReadonlyMap<string, 'flag' | 'env'>,
  env: NodeJS.ProcessEnv = process.env,
): Io {
  const quiet = args.quiet ?? false;
  const events = args.events ?? false;
  const errColors = pc.createColors(wantsColors(process.stderr, env));
  const say = (text: string): void => void process.stderr.write(`${text}\n`);
  const note = (text: string): void => {
    if (!quiet) say(text);
  };
  return {
    print: (text) => void process.stdout.write(text.endsWith('\n') ? text : `${text}\n`),
    note,
    warn: (text) => say(`${errColors.yellow('warning:')} ${plain(text)}`),
    next: (command) => note(errColors.dim(`next: ${plain(command)}`)),
    format: (args.format ?? 'table') as Format,
    columns: args.columns?.split(',').map((name) => name.trim()) ?? null,
    quiet,
    ascii: args.ascii ?? false,
    events,
    live: !quiet && (args.progress ?? true) && process.stderr.isTTY === true && env['TERM'] !== 'dumb',
    width: process.stdout.columns || DEFAULT_WIDTH,
    colors: pc.createColors(wantsColors(process.stdout, env)),
    errColors,
    env,
    sources,
  };
}

/** https://no-color.org: NO_COLOR counts when it is not empty. */
function wantsColors(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): boolean {
  return !env['NO_COLOR'] && stream.isTTY === true && env['TERM'] !== 'dumb';
}
