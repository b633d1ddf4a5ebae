import { join } from 'node:path';
import { describeData, FORMAT_NAMES, splitData } from '../../datasets/index.ts';
import { shellWord } from '../../domain/shell-word.ts';
import { defineCommand } from '../command.ts';
import { READER_OPTIONS, readerOptionsOf } from '../config/reader-options.ts';
import { reportOdd } from '../output/odd-lines.ts';
import { printListing } from '../output/print-listing.ts';

/** `hpo dataset split FILE --out DIR`: train, valid and test files. */
export default defineCommand({
  name: 'dataset split',
  summary: 'Deal a data file into train, valid and test, the same share of every label in each',
  positionals: { file: { kind: 'string', describe: 'the file to split; - for stdin', required: true } },
  options: {
    out: { kind: 'string', describe: 'folder for the files', fallback: 'the folder of FILE' },
    valid: { kind: 'number', describe: 'share for validation, 0–1', fallback: '0.1' },
    test: { kind: 'number', describe: 'share for testing, 0–1', fallback: '0.1' },
    seed: { kind: 'integer', describe: 'same seed, same split', fallback: '42' },
    to: { kind: 'string', describe: 'format to write', choices: FORMAT_NAMES, fallback: 'that of FILE' },
    ...READER_OPTIONS,
  },
  examples: [
    'dataset split all.txt --out data',
    'dataset split all.csv --out data --valid 0.2 --test 0 --to fasttext',
    'dataset split all.txt --out data --seed 7 -f json',
  ],
  run: async (args, io) => {
    const { dataFormat, ...options } = readerOptionsOf(args);
    const ref = await describeData(args.file, { ...options, ...(dataFormat && { format: dataFormat }) });
    const out = args.out ?? join(ref.path, '..');
    const { files, problems, changed } = await splitData(ref, out, {
      valid: args.valid ?? 0.1,
      test: args.test ?? 0.1,
      seed: args.seed ?? 42,
      ...(args.to && { to: args.to }),
    });
    reportOdd(io, ref.path, problems, changed);
    printListing(io, {
      rows: files.map(({ part, path, documents }) => ({ part, path, documents })),
      columns: [{ name: 'part' }, { name: 'documents', align: 'right' }, { name: 'path', flexible: true }],
    });
    const option = (part: string): string => {
      const file = files.find((candidate) => candidate.part === part);
      return file ? ` --${part} ${shellWord(file.path)}` : '';
    };
    io.next(`hpo optimize --n-trials 50 --model fasttext${option('train')}${option('valid')}`);
    return 0;
  },
});
