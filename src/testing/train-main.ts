import { mkdirSync, readFileSync } from 'node:fs';
import { loadModel } from '../models/index.ts';
import { handleOf, makeContext } from './training-fixtures.ts';

// A training in a process of its own, which a test may kill: `train-main.ts TASK.json`. Reports are lines on standard output.

/** What to train, and where. */
export interface TrainTask {
  readonly model: string;
  readonly params: Record<string, number | string | boolean>;
  readonly settings: Record<string, number | string>;
  readonly train: { text: string; labels: string[] }[];
  readonly valid: { text: string; labels: string[] }[];
  readonly checkpointDir: string;
  /** Where the model is saved, at the end. */
  readonly modelDir: string;
}

const task = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as TrainTask;
const model = await loadModel(task.model);
const data = { train: handleOf(task.train), valid: handleOf(task.valid) };
const context = makeContext({
  settings: task.settings,
  checkpointDir: task.checkpointDir,
  report: (report) => process.stdout.write(`report ${JSON.stringify(report)}\n`),
});
const trained = await model.train(task.params, data, context);
mkdirSync(task.modelDir, { recursive: true });
await trained.save(task.modelDir);
