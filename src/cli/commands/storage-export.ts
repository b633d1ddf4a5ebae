import { once } from 'node:events';
import { createWriteStream, existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { UsageError } from '../../domain/errors.ts';
import type { Storage } from '../../domain/ports.ts';
import { shellWord } from '../../domain/shell-word.ts';
import { defineCommand } from '../command.ts';
import { withStorage } from '../compose.ts';

/** `hpo storage export`: all studies, or the one named; everything that the storage holds of them. */
export default defineCommand({
  name: 'storage export',
  summary: 'Write studies as JSON lines: trials, attempts, metrics, events',
  positionals: { file: { kind: 'string', describe: 'file to write; - or nothing: standard output' } },
  options: { force: { kind: 'flag', describe: 'replace the file' } },
  examples: ['storage export all.jsonl', 'storage export --study sentiment > one.jsonl'],
  run: (args, io) =>
    withStorage(args, { create: false, warn: io.warn }, async (storage) => {
      const all = await storage.listStudies();
      const studies = args.study === undefined ? all : [await storage.loadStudy(args.study)];
      const ids = studies.map(({ id }) => id);
      const { file = '-' } = args;
      if (file === '-') {
        await writeLines(storage, ids, process.stdout);
        return 0;
      }
      if (existsSync(file) && !args.force)
        throw new UsageError(`${file} is there already`, { fix: 'name another file, or --force' });
      await writeFile(storage, ids, file);
      io.note(`${studies.length} studies in ${file}`);
      io.next(`hpo storage import ${shellWord(file)} --storage sqlite:other.db`);
      return 0;
    }),
});

/** Whole or not at all. */
async function writeFile(storage: Storage, ids: readonly number[], file: string): Promise<void> {
  const temporary = `${file}.${process.pid}.tmp`;
  const out = createWriteStream(temporary, { flags: 'wx', mode: 0o600, flush: true });
  try {
    await once(out, 'open');
    await writeLines(storage, ids, out);
    out.end();
    await once(out, 'close');
    await rename(temporary, file);
  } catch (error) {
    out.destroy();
    await rm(temporary, { force: true });
    throw error;
  }
}

async function writeLines(storage: Storage, ids: readonly number[], out: Writable): Promise<void> {
  for (const id of ids) {
    for await (const line of storage.exportStudy(id)) {
      if (!out.write(`${JSON.stringify(line)}\n`)) await once(out, 'drain');
    }
  }
}
