import type { Io } from './output/io.ts';

/**
 * How an option's value is read. `flag` takes none (and `--no-NAME` is false), `optional` may go without (then ''),
 * `list` may be repeated, `duration` is read to milliseconds (`90s`, `2h`), `bytes` to bytes (`4G`).
 */
export type OptionKind =
  | 'string'
  | 'integer'
  | 'number'
  | 'flag'
  | 'optional'
  | 'list'
  | 'duration'
  | 'bytes';

export interface OptionSpec {
  readonly kind: OptionKind;
  readonly describe: string;
  readonly choices?: readonly string[];
  /** Several choices may be given, joined by commas. */
  readonly severalChoices?: true;
  /** One letter. */
  readonly short?: string;
  /** Environment variable that acts as this option. */
  readonly env?: string;
  /** Further spellings, as an earlier program had them; not shown. Kebab-case. */
  readonly aliases?: readonly string[];
  /** What holds when it is not given: shown in the help only. */
  readonly fallback?: string;
  /** Heading in the help. */
  readonly group?: string;
  /** For positionals: must be given. */
  readonly required?: true;
}

/** By name in camelCase; `nTrials` is typed `--n-trials`. */
export type Options = Readonly<Record<string, OptionSpec>>;

interface ValueByKind {
  string: string;
  integer: number;
  number: number;
  flag: boolean;
  optional: string;
  list: readonly string[];
  duration: number;
  bytes: number;
}

/** The values of a command's options; undefined where neither the command line nor the environment gave one. */
export type ArgsOf<O extends Options> = {
  readonly [N in keyof O]: O[N] extends { required: true }
    ? ValueByKind[O[N]['kind']]
    : ValueByKind[O[N]['kind']] | undefined;
};

/** Options that every command takes. */
export const GLOBAL_OPTIONS = {
  storage: {
    kind: 'string',
    describe: 'where studies are kept',
    env: 'HPO_STORAGE',
    fallback: 'sqlite:trials.db',
    group: 'Global:',
  },
  study: { kind: 'string', describe: 'which study', env: 'HPO_STUDY', group: 'Global:' },
  format: {
    kind: 'string',
    describe: 'how results are printed',
    choices: ['table', 'json', 'csv', 'yaml'],
    short: 'f',
    fallback: 'table',
    group: 'Global:',
  },
  columns: { kind: 'string', describe: 'columns of a listing, separated by commas', group: 'Global:' },
  quiet: { kind: 'flag', describe: 'only results and errors', short: 'q', group: 'Global:' },
  events: { kind: 'flag', describe: 'stream events on stdout, one JSON object a line', group: 'Global:' },
  progress: {
    kind: 'flag',
    describe: 'live display (--no-progress: plain lines)',
    fallback: 'on a terminal',
    group: 'Global:',
  },
  ascii: { kind: 'flag', describe: 'no characters beyond ASCII in displays', group: 'Global:' },
  trust: { kind: 'flag', describe: 'open a database file of another owner', group: 'Global:' },
  help: { kind: 'flag', describe: 'show this', short: 'h', group: 'Global:' },
} as const satisfies Options;

export type GlobalArgs = ArgsOf<typeof GLOBAL_OPTIONS>;

/** One command of `hpo`. Lives in `commands/`, default export of its file, one line in `commands/index.ts`. */
export interface Command<O extends Options = Options, P extends Options = Options> {
  readonly name: string;
  readonly summary: string;
  /** Values without a name, in order; one of kind `list` takes all that remain. */
  readonly positionals: P;
  readonly options: O;
  /** Shown in the help, without `hpo`. */
  readonly examples?: readonly string[];
  /** @returns the exit code; nothing means 0. @throws {HpoError} what `main` prints. */
  run(args: GlobalArgs & ArgsOf<O> & ArgsOf<P>, io: Io): Promise<number | undefined>;
}

/** Keeps the option types of a command, so that `run` sees typed values. */
export function defineCommand<const O extends Options, const P extends Options>(
  command: Command<O, P>,
): Command<O, P> {
  return command;
}
