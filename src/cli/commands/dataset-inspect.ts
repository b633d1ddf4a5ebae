import { basename } from 'node:path';
import {
  type DataProblems,
  type DatasetSummary,
  describeData,
  readDataset,
  summarizeDataset,
} from '../../datasets/index.ts';
import { defaultObjective, describeObjective } from '../../domain/objective.ts';
import { shellWord } from '../../domain/shell-word.ts';
import type { Json } from '../../domain/trial.ts';
import { defineCommand } from '../command.ts';
import { READER_OPTIONS, readerOptionsOf } from '../config/reader-options.ts';
import { type Fact, renderFacts } from '../output/facts.ts';
import type { Io } from '../output/io.ts';
import { type Listing, renderListing } from '../output/listing.ts';
import { readerWords } from '../output/next-command.ts';
import { plain } from '../output/plain.ts';
import { printListing, tableStyle } from '../output/print-listing.ts';
import { formatNumber } from '../output/readable.ts';

/** Labels that the table shows; `-f json` and `-f csv` have all. */
const SHOWN_LABELS = 25;
const SHOWN_PROBLEMS = 10;

/** `hpo dataset inspect FILE`: what a search would see in it. */
export default defineCommand({
  name: 'dataset inspect',
  summary: 'Say what a data file holds, and what is odd about it',
  positionals: {
    file: {
      kind: 'string',
      describe: 'fastText lines, CSV, TSV or JSON lines, also gzip; - for stdin',
      required: true,
    },
  },
  options: READER_OPTIONS,
  examples: [
    'dataset inspect data/demo/train.txt',
    'dataset inspect reviews.csv --text-column review --label-column stars',
    'dataset inspect tags.tsv --label-separator , -f json',
  ],
  run: async (args, io) => {
    const { dataFormat, ...options } = readerOptionsOf(args);
    const ref = await describeData(args.file, { ...options, ...(dataFormat && { format: dataFormat }) });
    const { dataset, problems } = await readDataset(ref);
    const report = {
      file: ref.path,
      format: ref.format,
      sha256: ref.sha256,
      summary: summarizeDataset(dataset),
      problems,
    };
    if (io.format === 'table' && io.columns === null) printReport(io, report);
    else printListing(io, toListing(io, report));
    const train = shellWord(args.file === '-' ? ref.path : args.file);
    io.next(`hpo optimize --n-trials 50 --model fasttext --train ${train}${readerWords(args)}`);
    return 0;
  },
});

interface Report {
  readonly file: string;
  readonly format: string;
  readonly sha256: string;
  readonly summary: DatasetSummary;
  readonly problems: DataProblems;
}

/** CSV, and every format with `--columns`: the labels, a row each; JSON and YAML: one document. */
function toListing(io: Io, report: Report): Listing {
  if (io.format === 'csv' || io.columns !== null) return labelListing(report.summary);
  const { summary, problems, ...file } = report;
  const { counts: _, ...rest } = summary;
  const record = { ...file, ...rest, objective: defaultObjective(summary), problems } as unknown as Readonly<
    Record<string, Json>
  >;
  return { rows: [record], columns: [], single: true };
}

function labelListing({ labels }: DatasetSummary): Listing {
  return {
    rows: labels.map(({ label, count, share }) => ({ label, count, share })),
    columns: [
      { name: 'label', flexible: true },
      { name: 'count', align: 'right' },
      { name: 'share', align: 'right', show: (share) => `${(100 * (share as number)).toFixed(2)} %` },
    ],
  };
}

function printReport(io: Io, { file, format, summary, problems }: Report): void {
  const style = tableStyle(io);
  io.print(io.colors.bold(plain(basename(file))));
  io.print(renderFacts(facts(format, summary, problems), style));
  const labels = labelListing(summary);
  const shown = { ...labels, rows: labels.rows.slice(0, SHOWN_LABELS) };
  io.print(`\n${renderListing(shown, { format: 'table', columns: null, style })}`);
  if (labels.rows.length > SHOWN_LABELS)
    io.print(`… and ${labels.rows.length - SHOWN_LABELS} more labels (-f csv)`);
  for (const { line, reason } of problems.samples.slice(0, SHOWN_PROBLEMS)) {
    io.note(`${plain(file)}:${line}: ${plain(reason)}`);
  }
  if (problems.count > SHOWN_PROBLEMS)
    io.note(`… and ${problems.count - SHOWN_PROBLEMS} more lines with problems`);
}

function facts(format: string, summary: DatasetSummary, problems: DataProblems): Fact[] {
  const { labels, words, chars, scripts, documents, multiLabel } = summary;
  const percent = (share: number): string => `${formatNumber(Math.round(share * 1000) / 10)} %`;
  const several = `several a document, ${summary.cardinality.toFixed(2)} on average`;
  return [
    ['format', format],
    ['documents', documents.toLocaleString('en')],
    ['labels', `${labels.length}, ${multiLabel ? several : 'one a document'}`],
    ['imbalance', `${formatNumber(Number(summary.imbalance.toPrecision(3)))} : 1`],
    [
      'words',
      `median ${formatNumber(words.median)}, 95 % up to ${formatNumber(words.p95)}, longest ${formatNumber(words.max)}`,
    ],
    [
      'characters',
      `median ${formatNumber(chars.median)}, 95 % up to ${formatNumber(chars.p95)}, longest ${formatNumber(chars.max)}`,
    ],
    [
      'scripts',
      `Latin ${percent(scripts.latin)}, Cyrillic ${percent(scripts.cyrillic)}, other ${percent(scripts.other)}`,
    ],
    [
      'duplicates',
      summary.duplicates === 0
        ? 'none'
        : `${summary.duplicates} documents repeat an earlier text; ${summary.conflicting} texts have different labels`,
    ],
    ['empty texts', summary.emptyTexts === 0 ? '' : String(summary.emptyTexts)],
    ['unlabelled', summary.unlabelled === 0 ? '' : String(summary.unlabelled)],
    [
      'problems',
      problems.count === 0 ? '' : `${problems.count} lines, of which ${problems.dropped} left out`,
    ],
    [
      'objective',
      `${plain(describeObjective(defaultObjective(summary)))} unless you say otherwise (--metric, --average)`,
    ],
  ];
}
