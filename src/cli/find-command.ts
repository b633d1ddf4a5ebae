import { UsageError } from '../domain/errors.ts';
import { GLOBAL_OPTIONS } from './command.ts';
import { COMMANDS, type CommandEntry } from './commands/index.ts';
import { nearestName } from './nearest.ts';
import { findOption, findShort } from './option-names.ts';

export type FoundCommand =
  | {
      readonly type: 'command';
      readonly name: string;
      readonly entry: CommandEntry;
      readonly argv: readonly string[];
    }
  /** The first word of two, such as `dataset`; '' for the whole program. */
  | { readonly type: 'group'; readonly name: string; readonly wantsHelp: boolean };

/**
 * The command's words may come after global options (`hpo --storage a.db best`); `hpo help best` is `hpo best --help`.
 * @throws {UsageError} no such command
 */
export function findCommand(argv: readonly string[]): FoundCommand {
  const at = firstWord(argv);
  const wantsHelp = argv.includes('--help') || argv.includes('-h');
  const word = argv[at];
  if (word === undefined) return { type: 'group', name: '', wantsHelp: true };
  if (word === 'help') return findCommand([...argv.slice(0, at), ...argv.slice(at + 1), '--help']);
  const pair = `${word} ${argv[at + 1] ?? ''}`;
  for (const [name, words] of [
    [pair, 2],
    [word, 1],
  ] as const) {
    if (!Object.hasOwn(COMMANDS, name)) continue;
    const rest = [...argv.slice(0, at), ...argv.slice(at + words)];
    return { type: 'command', name, entry: COMMANDS[name]!, argv: rest };
  }
  const inGroup = Object.keys(COMMANDS).filter((name) => name.startsWith(`${word} `));
  if (inGroup.length === 0) throw unknownCommand(word, Object.keys(COMMANDS));
  const second = argv[at + 1];
  if (second !== undefined && !second.startsWith('-')) throw unknownCommand(pair, inGroup);
  return { type: 'group', name: word, wantsHelp };
}

function firstWord(argv: readonly string[]): number {
  let at = 0;
  while (at < argv.length && argv[at]!.startsWith('-')) at += takesNext(argv[at]!) ? 2 : 1;
  return at;
}

/** Whether a global option before the command has its value in the next word. */
function takesNext(token: string): boolean {
  if (token.includes('=')) return false;
  const { spec } = token.startsWith('--')
    ? findOption(token.slice(2), GLOBAL_OPTIONS)
    : findShort(token[1] ?? '', GLOBAL_OPTIONS);
  return spec.kind !== 'flag' && (token.startsWith('--') || token.length === 2);
}

function unknownCommand(typed: string, known: readonly string[]): UsageError {
  const near = nearestName(typed, known);
  return new UsageError(`no command "${typed}"`, {
    fix: near === null ? 'hpo --help lists the commands' : `did you mean hpo ${near}?`,
  });
}

const FIRST_SEARCH = [
  '',
  'A first search:',
  '  hpo dataset demo data/demo',
  '  hpo optimize --n-trials 50 --model fasttext --train data/demo/train.txt --valid data/demo/valid.txt',
];

/** The text of `hpo --help`, or of `hpo GROUP --help`. */
export function renderCommands(group: string): string {
  const names = Object.keys(COMMANDS).filter((name) => group === '' || name.startsWith(`${group} `));
  const width = Math.max(...names.map((name) => name.length));
  return [
    `Usage: hpo ${group === '' ? '' : `${group} `}COMMAND [options]`,
    '',
    ...names.map((name) => `  ${name.padEnd(width)}  ${COMMANDS[name]!.summary}`),
    '',
    `hpo ${group === '' ? '' : `${group} `}COMMAND --help lists its options.`,
    ...(group === '' ? FIRST_SEARCH : []),
  ].join('\n');
}
