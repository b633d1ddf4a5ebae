import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DEMO_DEFAULTS, writeDemo } from '../../datasets/index.ts';
import { UsageError } from '../../domain/errors.ts';
import { shellWord } from '../../domain/shell-word.ts';
import { defineCommand } from '../command.ts';
import { printListing } from '../output/print-listing.ts';

/** `hpo dataset demo DIR`: made-up messages to try a search on; nothing is downloaded. */
export default defineCommand({
  name: 'dataset demo',
  summary: 'Make a demo data set: Russian and English customer messages with rare classes',
  positionals: {
    dir: { kind: 'string', describe: 'folder for train.txt, valid.txt and test.txt', required: true },
  },
  options: {
    documents: {
      kind: 'integer',
      describe: 'how many, over all files',
      fallback: String(DEMO_DEFAULTS.documents),
    },
    seed: { kind: 'integer', describe: 'same seed, same files', fallback: String(DEMO_DEFAULTS.seed) },
    force: { kind: 'flag', describe: 'replace files that are there' },
  },
  examples: ['dataset demo data/demo', 'dataset demo data/small --documents 600 --seed 7'],
  run: async (args, io) => {
    if (!args.force) assertNothingThere(args.dir);
    const files = await writeDemo(args.dir, {
      documents: args.documents ?? DEMO_DEFAULTS.documents,
      seed: args.seed ?? DEMO_DEFAULTS.seed,
    });
    printListing(io, {
      rows: files.map((file) => ({ ...file })),
      columns: [
        { name: 'documents', align: 'right' },
        { name: 'path', flexible: true },
      ],
    });
    const pathOf = (name: string): string => shellWord(join(args.dir, name));
    io.next(
      `hpo optimize --n-trials 50 --model fasttext --train ${pathOf('train.txt')} --valid ${pathOf('valid.txt')}`,
    );
    return 0;
  },
});

/** A person's own train.txt must not be lost to a demo. */
function assertNothingThere(dir: string): void {
  const there = ['train.txt', 'valid.txt', 'test.txt', 'test.csv'].filter((name) =>
    existsSync(join(dir, name)),
  );
  if (there.length === 0) return;
  throw new UsageError(`${dir} holds ${there.join(', ')} already`, {
    fix: 'name another folder, or --force',
  });
}
