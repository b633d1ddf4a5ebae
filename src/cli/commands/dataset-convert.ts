import { convertData, describeData, FORMAT_NAMES } from '../../datasets/index.ts';
import { shellWord } from '../../domain/shell-word.ts';
import { defineCommand } from '../command.ts';
import { READER_OPTIONS, readerOptionsOf } from '../config/reader-options.ts';
import { reportOdd } from '../output/odd-lines.ts';
import { plain } from '../output/plain.ts';

/** `hpo dataset convert IN OUT`: the same documents in another format. */
export default defineCommand({
  name: 'dataset convert',
  summary: 'Write a data file in another format',
  positionals: {
    in: { kind: 'string', describe: 'the file to read; - for stdin', required: true },
    out: { kind: 'string', describe: 'the file to write', required: true },
  },
  options: {
    to: {
      kind: 'string',
      describe: 'format to write',
      choices: FORMAT_NAMES,
      fallback: 'by the name of OUT',
    },
    ...READER_OPTIONS,
  },
  examples: [
    'dataset convert reviews.csv reviews.txt',
    'dataset convert tags.tsv tags.jsonl --label-separator ,',
    'dataset convert train.txt train.csv --to csv',
  ],
  run: async (args, io) => {
    const { dataFormat, ...options } = readerOptionsOf(args);
    const ref = await describeData(args.in, { ...options, ...(dataFormat && { format: dataFormat }) });
    const written = await convertData(ref, args.out, args.to === undefined ? {} : { to: args.to });
    reportOdd(io, ref.path, written.problems, written.changed);
    io.note(`${written.documents.toLocaleString('en')} documents to ${plain(args.out)} (${written.format})`);
    io.next(`hpo dataset inspect ${shellWord(args.out)}`);
    return 0;
  },
});
