import type { LineProblem } from '../../datasets/format.ts';
import type { LabelScore, PredictOptions, Predictor } from '../../domain/ports.ts';
import type { InputBatch } from './inputs.ts';
import type { Sink } from './output-file.ts';
import type { RowFormat } from './prediction-rows.ts';
import type { MetricsCollector } from './test-metrics.ts';

export interface PredictStream {
  readonly batches: AsyncIterable<InputBatch>;
  readonly predictor: Predictor;
  readonly options: PredictOptions;
  readonly format: RowFormat;
  readonly output: Sink;
  /** The texts as the model's own ecosystem must be given them, a line each. */
  readonly normalised: Sink | null;
  readonly metrics: MetricsCollector;
  /** Called after every batch with the documents done so far. */
  readonly onProgress: (documents: number) => void;
}

export interface PredictSummary {
  readonly documents: number;
  readonly problems: number;
  /** The first few. */
  readonly samples: readonly LineProblem[];
}

const MAX_SAMPLES = 5;
/** Documents handed to the model at a time: a bound on memory whatever the lines are like. */
const BATCH_DOCUMENTS = 1024;

/** Labels every input in order, a row each; what could not be read gets an empty row. */
export async function predictStream(stream: PredictStream): Promise<PredictSummary> {
  const samples: LineProblem[] = [];
  let [documents, problems] = [0, 0];
  // Not before the input has shown to be readable: a failure then leaves stdout empty.
  let header: string | null = stream.format.header;
  for await (const batch of stream.batches) {
    problems += batch.problems.length;
    samples.push(...batch.problems.slice(0, MAX_SAMPLES - samples.length));
    if (header !== null) await stream.output.write(header);
    header = null;
    for (let start = 0; start < batch.inputs.length; start += BATCH_DOCUMENTS) {
      const inputs = batch.inputs.slice(start, start + BATCH_DOCUMENTS);
      await predictBatch(inputs, stream);
      documents += inputs.length;
      stream.onProgress(documents);
    }
  }
  if (header !== null) await stream.output.write(header);
  return { documents, problems, samples };
}

async function predictBatch(
  inputs: InputBatch['inputs'],
  { predictor, options, format, output, normalised, metrics }: PredictStream,
): Promise<void> {
  const texts = inputs.flatMap(({ text }) => (text === null ? [] : [text]));
  const scores = await predictor.predict(texts, options);
  let next = 0;
  const rows = inputs.map(({ text, labels }) => {
    const found: readonly LabelScore[] = text === null ? [] : scores[next++]!;
    if (labels !== null)
      metrics.add(
        labels,
        found.map(({ label }) => label),
      );
    return format.row(found);
  });
  await output.write(rows.join(''));
  await normalised?.write(inputs.map(({ text }) => `${oneLine(predictor.normalise(text ?? ''))}\n`).join(''));
}

/** A CSV cell may hold line breaks; the official programs read one text a line. */
function oneLine(text: string): string {
  return text.replace(/[\r\n]+/g, ' ');
}
