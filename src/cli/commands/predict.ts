import { realpath, writeFile } from 'node:fs/promises';
import { UsageError } from '../../domain/errors.ts';
import { describeObjective } from '../../domain/objective.ts';
import type { Predictor } from '../../domain/ports.ts';
import { shellWord } from '../../domain/shell-word.ts';
import { type ArgsOf, defineCommand, type GlobalArgs } from '../command.ts';
import { loadPredictor } from '../compose.ts';
import { READER_OPTIONS, readerOptionsOf } from '../config/reader-options.ts';
import type { Io } from '../output/io.ts';
import { plain } from '../output/plain.ts';
import { formatDuration } from '../output/readable.ts';
import { mainMetrics, metricsText } from '../output/trial-facts.ts';
import { openInput } from '../prediction/input-bytes.ts';
import { INPUT_FORMATS, parseInputFormat, readInputs } from '../prediction/inputs.ts';
import { readModelCard } from '../prediction/model-folder.ts';
import { openSink, type Sink } from '../prediction/output-file.ts';
import { type PredictSummary, predictStream } from '../prediction/predict-stream.ts';
import {
  harmlessRows,
  PREDICTION_FORMATS,
  type PredictionFormat,
  type RowFormat,
  rowFormat,
} from '../prediction/prediction-rows.ts';
import { startProgress } from '../prediction/progress.ts';
import { collectMetrics, type TestResult } from '../prediction/test-metrics.ts';

const OPTIONS = {
  model: { kind: 'string', describe: 'folder of an exported model', aliases: ['model-path'] },
  input: { kind: 'string', describe: 'texts, one a line, or a table; - for stdin', aliases: ['input-path'] },
  output: {
    kind: 'string',
    describe: 'where predictions go; - for stdout',
    fallback: '-',
    aliases: ['output-path'],
  },
  format: {
    kind: 'string',
    describe: 'how predictions are written',
    choices: PREDICTION_FORMATS,
    short: 'f',
    fallback: 'csv',
  },
  topK: { kind: 'integer', describe: 'the K most probable labels', fallback: "the model's own rule" },
  threshold: {
    kind: 'number',
    describe: 'all labels at least so probable, 0–1',
    fallback: "the model's own rule",
  },
  csvSafe: { kind: 'flag', describe: "put ' before labels that a spreadsheet would run as a formula" },
  normalised: { kind: 'string', describe: 'also write the texts as the official program must read them' },
  metrics: { kind: 'string', describe: 'also write the test metrics of a labelled input, as JSON' },
  ...READER_OPTIONS,
  dataFormat: { ...READER_OPTIONS.dataFormat, describe: INPUT_FORMATS.join(', ') },
} as const;

type PredictArgs = GlobalArgs & ArgsOf<typeof OPTIONS>;

/** `hpo predict`: labels texts of any number, a row a line, in order. */
export default defineCommand({
  name: 'predict',
  summary: 'Label texts with an exported model',
  positionals: {},
  options: OPTIONS,
  examples: [
    'predict --model exports/my-study --input texts.txt --output predictions.csv',
    'predict --model model --input reviews.csv --text-column review --output labels.csv',
    'predict --model model --input test.txt --output - --top-k 3 --format jsonl | head',
    'predict --model model --input - --normalised normalised.txt --format fasttext',
  ],
  run: async (args, io) => {
    const { model, input } = await checkArgs(args);
    const card = await readModelCard(model);
    const predictor = await loadPredictor(model);
    try {
      const metrics = collectMetrics(predictor.labels, card.objective, card.multiLabel);
      const startedAt = performance.now();
      const summary = await writePredictions({ args, io, predictor, input, metrics });
      const seconds = (performance.now() - startedAt) / 1000;
      report(io, args, input, summary, seconds);
      const result = metrics.result();
      if (result !== null) await reportMetrics(io, result, args.metrics);
      else if (args.metrics !== undefined)
        io.warn('--metrics: the input carries no labels; nothing was written');
      if (args.output !== undefined && args.output !== '-') io.next(`head -n 5 ${shellWord(args.output)}`);
    } finally {
      predictor.dispose();
    }
    return 0;
  },
});

/** @throws {UsageError} */
async function checkArgs(args: PredictArgs): Promise<{ model: string; input: string }> {
  if (args.model === undefined) {
    throw new UsageError('hpo predict needs --model DIR', { fix: 'hpo best --export DIR writes one' });
  }
  if (args.input === undefined)
    throw new UsageError('hpo predict needs --input FILE, or --input - for stdin');
  if (args.topK !== undefined && args.topK < 1) throw new UsageError('--top-k must be 1 or more');
  if (args.threshold !== undefined && !(args.threshold >= 0 && args.threshold <= 1)) {
    throw new UsageError('--threshold must lie between 0 and 1');
  }
  const outputs = [args.output ?? '-', args.normalised, args.metrics].filter((path) => path !== undefined);
  if (new Set(outputs).size < outputs.length) {
    throw new UsageError('--output, --normalised and --metrics must be different files');
  }
  const real = (path: string): Promise<string> => realpath(path).catch(() => path);
  const same = await Promise.all(
    outputs.map(async (path) => path !== '-' && (await real(path)) === (await real(args.input!))),
  );
  if (same.includes(true))
    throw new UsageError('the output would replace the input', { fix: '--output ANOTHER' });
  return { model: args.model, input: args.input };
}

interface Work {
  readonly args: PredictArgs;
  readonly io: Io;
  readonly predictor: Predictor;
  readonly input: string;
  readonly metrics: ReturnType<typeof collectMetrics>;
}

/** All outputs appear together at the end, or none of them. */
async function writePredictions({ args, io, predictor, input, metrics }: Work): Promise<PredictSummary> {
  const { dataFormat, ...options } = readerOptionsOf(args);
  const bytes = await openInput(input);
  const source = { name: bytes.name, options, modelLabels: new Set(predictor.labels) };
  const sinks: Sink[] = [];
  const open = async (path: string, option: string): Promise<Sink> => {
    const sink = await openSink(path, option);
    sinks.push(sink);
    return sink;
  };
  const progress = startProgress(io, 'predict');
  // Leaving by `exit` lets the sinks remove their temporary files.
  const leave = { SIGINT: () => process.exit(130), SIGTERM: () => process.exit(143) };
  process.once('SIGINT', leave.SIGINT).once('SIGTERM', leave.SIGTERM);
  try {
    const output = await open(args.output ?? '-', '--output');
    const normalised = args.normalised === undefined ? null : await open(args.normalised, '--normalised');
    const summary = await predictStream({
      batches: readInputs(bytes, input, parseInputFormat(dataFormat), source),
      predictor,
      options: { k: args.topK ?? null, threshold: args.threshold ?? null },
      format: chooseRows(args),
      output,
      normalised,
      metrics,
      onProgress: (documents) =>
        progress.update(documents, bytes.size === null ? null : bytes.consumed() / bytes.size),
    });
    for (const sink of sinks) await sink.commit();
    return summary;
  } catch (error) {
    for (const sink of sinks) await sink.abort();
    throw error;
  } finally {
    process.off('SIGINT', leave.SIGINT).off('SIGTERM', leave.SIGTERM);
    progress.end();
  }
}

/** A file or a pipe gets the labels as they are. */
function chooseRows({
  format = 'csv',
  csvSafe = false,
  labelPrefix = '__label__',
  output,
}: PredictArgs): RowFormat {
  const name = format as PredictionFormat;
  const rows = rowFormat(name, { csvSafe, labelPrefix });
  const isShown = (output ?? '-') === '-' && process.stdout.isTTY === true;
  return isShown ? harmlessRows(rows, name) : rows;
}

function report(io: Io, args: PredictArgs, input: string, summary: PredictSummary, seconds: number): void {
  const { documents, problems, samples } = summary;
  if (problems > 0) {
    const name = input === '-' ? 'stdin' : input;
    const shown = samples.map(({ line, reason }) => `${name}:${line}: ${reason}`);
    io.warn(
      `${problems} odd line${problems > 1 ? 's' : ''}: ${shown.join('; ')}${problems > samples.length ? ' …' : ''}`,
    );
  }
  if (documents === 0) io.warn('the input is empty');
  const target = (args.output ?? '-') === '-' ? 'stdout' : plain(args.output!);
  io.note(`${documents.toLocaleString('en')} rows to ${target} in ${formatDuration(seconds)}`);
}

async function reportMetrics(io: Io, result: TestResult, path: string | undefined): Promise<void> {
  const { metrics, documents, objective, truncated } = result;
  io.note(
    `test metrics of ${documents.toLocaleString('en')} labelled rows${truncated ? ' (the first ones)' : ''}:`,
  );
  io.note(`  ${plain(describeObjective(objective))}: ${metricsText(mainMetrics(metrics))}`);
  if (path === undefined) return;
  await writeFile(path, `${JSON.stringify({ documents, objective, metrics }, null, 2)}\n`);
}
