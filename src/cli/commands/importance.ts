import { EVALUATORS, type Evaluator, type Importance } from '../../importance/index.ts';
import { defineCommand } from '../command.ts';
import { computeImportance, withStorage } from '../compose.ts';
import type { Io } from '../output/io.ts';
import type { Listing, RowRecord } from '../output/listing.ts';
import { renderListing } from '../output/listing.ts';
import { studyOptions } from '../output/next-command.ts';
import { plain } from '../output/plain.ts';
import { printListing, tableStyle } from '../output/print-listing.ts';
import { findStudy } from '../which-study.ts';

/** With fewer trials the order of parameters is still changing. */
const ENOUGH_TRIALS = 50;

/** `hpo importance`: which parameters matter. */
export default defineCommand({
  name: 'importance',
  summary: 'Say which parameters matter',
  positionals: {},
  options: {
    evaluator: {
      kind: 'string',
      describe: 'ped-anova: what the best trials share; fanova: shares of the variance',
      choices: EVALUATORS,
      fallback: 'ped-anova',
    },
    metric: { kind: 'string', describe: 'for this metric', fallback: 'the first objective' },
    params: { kind: 'string', describe: 'only these parameters, by comma', fallback: 'all' },
  },
  examples: [
    'importance',
    'importance --evaluator fanova',
    'importance --metric modelBytes --params lr,dim,epoch',
    'importance -f json',
  ],
  run: (args, io) =>
    withStorage(args, { create: false, warn: io.warn }, async (storage) => {
      const study = await findStudy(storage, args.study);
      const result = await computeImportance(study, await storage.getTrials(study.id), {
        ...(args.evaluator !== undefined && { evaluator: args.evaluator as Evaluator }),
        ...(args.metric !== undefined && { metric: args.metric }),
        ...(args.params !== undefined && { params: args.params.split(',').map((name) => name.trim()) }),
      });
      if (result.trials < ENOUGH_TRIALS)
        io.warn(`${result.trials} trials are few: the order may change with more of them`);
      print(io, study.name, result);
      io.next(`hpo trials ${studyOptions(io, args, study.name)} --sort value`);
      return 0;
    }),
});

function print(io: Io, study: string, result: Importance): void {
  const { params, ...facts } = result;
  const rows = params.map((row) => ({ ...row }));
  if (io.columns !== null || io.format === 'csv') printListing(io, { rows, columns: CSV_COLUMNS });
  else if (io.format !== 'table')
    printListing(io, { rows: [{ ...facts, params: rows }], columns: [], single: true });
  else {
    const title = `importance for ${plain(result.metric)} in ${plain(study)}`;
    io.print(io.colors.bold(`${title} (${result.evaluator}, ${result.trials} trials)`));
    io.print(
      renderListing(tableListing(rows, result, io.ascii), {
        format: 'table',
        columns: null,
        style: tableStyle(io),
      }),
    );
  }
}

const CSV_COLUMNS = ['param', 'importance', 'spread', 'activeTrials', 'varianceShare'].map((name) => ({
  name,
}));

const BAR_WIDTH = 24;

function tableListing(rows: readonly RowRecord[], { params, trials }: Importance, ascii: boolean): Listing {
  const largest = Math.max(...params.map(({ importance }) => importance), 1e-9);
  const isConditional = params.some(({ activeTrials }) => activeTrials < trials);
  // A share: below a ten-thousandth it is nothing.
  const score = (value: unknown): string => (value as number).toFixed(4);
  return {
    rows,
    columns: [
      { name: 'param' },
      { name: 'importance', align: 'right', show: score },
      { name: 'spread', title: '±', align: 'right', show: score },
      {
        name: 'bar',
        title: '',
        value: (row) => row['importance']!,
        show: (value) => (ascii ? '#' : '━').repeat(Math.round((BAR_WIDTH * (value as number)) / largest)),
      },
      ...(isConditional ? [{ name: 'activeTrials', title: 'ACTIVE IN', align: 'right' as const }] : []),
    ],
  };
}
