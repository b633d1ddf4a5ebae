import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { UsageError } from '../../domain/errors.ts';
import type { Storage } from '../../domain/ports.ts';
import { shellWord } from '../../domain/shell-word.ts';
import type { StudyLine } from '../../domain/study-lines.ts';
import { defineCommand, type GlobalArgs } from '../command.ts';
import { openStorage, withStorage } from '../compose.ts';
import { plain } from '../output/plain.ts';
import { printListing } from '../output/print-listing.ts';

/** `hpo storage import`: what `export` wrote, or a whole SQLite database of Optuna or hpo. */
export default defineCommand({
  name: 'storage import',
  summary: 'Read studies from JSON lines or from an Optuna database',
  positionals: { file: { kind: 'string', describe: 'an export, or an SQLite database', required: true } },
  options: {
    rename: { kind: 'string', describe: 'name of the imported study; of several: NAME-1, NAME-2 …' },
  },
  examples: [
    'storage import all.jsonl',
    'storage import optuna.db',
    'storage import one.jsonl --rename copy',
  ],
  async run(args, io) {
    await requireFile(args.file);
    return withStorage(args, { create: true, warn: io.warn }, async (storage) => {
      const lines = (await isDatabase(args.file))
        ? readDatabase(args, args.study)
        : readLines(args.file, args.study);
      const studies = await storage.importStudies(lines, namer(args.rename));
      if (studies.length === 0)
        throw new UsageError(`${args.file} holds no study${args.study ? ' of that name' : ''}`);
      const rows = [];
      for (const { id, name } of studies) rows.push(await describe(storage, id, name));
      printListing(io, {
        rows,
        columns: [
          { name: 'name', show: (name) => plain(String(name)) },
          { name: 'nTrials' },
          { name: 'running' },
        ],
      });
      if (rows.some(({ running }) => running > 0))
        io.warn('running trials stay as they are; whoever ran them goes on in the storage they came from');
      io.next(`hpo show --study ${shellWord(studies[0]!.name)}`);
      return 0;
    });
  },
});

async function describe(storage: Storage, id: number, name: string) {
  const trials = await storage.getTrials(id);
  return { name, nTrials: trials.length, running: trials.filter(({ state }) => state === 'running').length };
}

/** One study gets the name itself; a second one shows that there are several. */
function namer(rename: string | undefined): (name: string) => string {
  if (rename === undefined) return (name) => name;
  const seen = new Map<string, string>();
  return (name) => {
    const known = seen.get(name) ?? (seen.size === 0 ? rename : `${rename}-${seen.size + 1}`);
    seen.set(name, known);
    return known;
  };
}

async function requireFile(file: string): Promise<void> {
  const facts = await stat(file).catch(() => null);
  if (facts === null || facts.isDirectory()) throw new UsageError(`there is no file ${file}`);
}

async function isDatabase(file: string): Promise<boolean> {
  const handle = await open(file, 'r');
  try {
    const { buffer } = await handle.read(Buffer.alloc(16), 0, 16, 0);
    return buffer.toString('latin1') === 'SQLite format 3\0';
  } finally {
    await handle.close();
  }
}

async function* readDatabase(args: GlobalArgs & { file: string }, only: string | undefined) {
  const source = await openStorage({ ...args, storage: args.file }, { create: false });
  try {
    for (const { id, name } of await source.listStudies())
      if (only === undefined || name === only) yield* source.exportStudy(id);
  } finally {
    await source.close();
  }
}

async function* readLines(file: string, only: string | undefined): AsyncGenerator<StudyLine> {
  const { parseStudyLine } = await import('../../storage/line-json.ts');
  const source = createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY });
  let number = 0;
  let isWanted = true;
  for await (const text of source) {
    number++;
    if (text.trim() === '') continue;
    const line = parseStudyLine(text, `${file}:${number}`);
    if (line.type === 'study') isWanted = only === undefined || line.name === only;
    if (isWanted) yield line;
  }
}
