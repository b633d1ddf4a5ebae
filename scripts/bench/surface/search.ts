import { join } from 'node:path';
import { describeData, readDataset } from '../../../src/datasets/index.ts';
import type { DatasetHandle } from '../../../src/domain/dataset.ts';
import type { Params } from '../../../src/domain/distribution.ts';
import type { Objective } from '../../../src/domain/objective.ts';
import { type Model, TrialFailure } from '../../../src/domain/ports.ts';
import { mixSeed } from '../../../src/domain/random.ts';
import { activeDistributions, type SearchSpace } from '../../../src/domain/search-space.ts';
import type { BoundStudy, SpaceContext } from '../../../src/domain/study.ts';
import type { FrozenTrial } from '../../../src/domain/trial.ts';
import { chooseParams } from '../../../src/engine/choose-params.ts';
import { loadModel } from '../../../src/models/index.ts';
import { createSampler } from '../../../src/samplers/index.ts';
import { handleOf, makeContext } from '../../../src/testing/training-fixtures.ts';
import { makeStudy } from '../../../src/testing/trial-fixtures.ts';

/** Which search a trial belongs to. */
export interface SearchTask {
  readonly model: string;
  readonly set: string;
  readonly sampler: string;
  readonly seed: number;
}

/** One training as it is kept: a line of the file. */
export interface TrialRow extends SearchTask {
  readonly number: number;
  readonly params: Params;
  /** Macro-F0.5 on the validation set; null: the training diverged. */
  readonly value: number | null;
  /** Macro-F0.5 on the test set, measured only for what was the best of its search when it came. */
  readonly test: number | null;
  /** CPU time of the training, without reading data. */
  readonly seconds: number;
  /** Validation value by rung. */
  readonly curve: readonly (readonly [step: number, value: number])[];
}

/** The parts of a data set in memory, and the space that is searched on it. */
export interface Surface {
  readonly model: Model;
  readonly context: SpaceContext;
  readonly space: SearchSpace;
  readonly train: DatasetHandle;
  readonly valid: DatasetHandle;
  readonly test: DatasetHandle;
}

export type Caps = Readonly<Record<string, number>>;

/** Reads a data set of a folder with train.txt, valid.txt and test.txt, and caps the space's upper bounds. */
export async function openSurface(data: string, set: string, name: string, caps: Caps): Promise<Surface> {
  const read = async (part: string) =>
    (await readDataset(await describeData(join(data, set, `${part}.txt`), {}))).dataset;
  const train = await read('train');
  const model = await loadModel(name);
  const { labels, documents, multiLabel } = train;
  const context = { nLabels: labels.length, nDocuments: documents.length, multiLabel };
  return {
    model,
    context,
    space: capSpace(model.space(context), caps),
    train: handleOf(documents),
    valid: handleOf((await read('valid')).documents),
    test: handleOf((await read('test')).documents),
  };
}

function capSpace(space: SearchSpace, caps: Caps): SearchSpace {
  const capped = Object.entries(space).map(([name, entry]) => {
    const cap = caps[name];
    if (cap === undefined || entry.type === 'categorical') return [name, entry];
    return [name, { ...entry, high: Math.min(entry.high, cap) }];
  });
  return Object.fromEntries(capped) as SearchSpace;
}

const OBJECTIVE: Objective = {
  metric: 'f0.5',
  direction: 'maximize',
  average: 'macro',
  positiveLabel: null,
};

export interface SearchOptions {
  readonly nTrials: number;
  /** Where tokenised texts are kept between trainings. */
  readonly cacheDir: string;
  /** What earlier runs of this search have done. */
  readonly done: readonly TrialRow[];
  readonly onTrial: (row: TrialRow) => void;
}

/** A search as `hpo optimize` runs it, one trial after another, nothing pruned: the model's defaults, then the sampler. */
export async function runSearch(task: SearchTask, surface: Surface, options: SearchOptions): Promise<void> {
  const { space, model, context } = surface;
  const study = studyOf(task, space, context);
  const sampler = createSampler({ name: task.sampler, options: {} });
  const history = options.done.map((row) => finishedTrial(row, space));
  let best = Math.max(-1, ...options.done.map(({ value }) => value ?? -1));
  for (let number = history.length; number < options.nTrials; number++) {
    const { params } = await chooseParams(study, { sampler, model }, { number, fixedParams: {} }, history);
    const trained = await train(task, surface, { params, number, cacheDir: options.cacheDir });
    const isBest = trained.value !== null && trained.value > best;
    if (isBest) best = trained.value;
    const test = isBest
      ? await scoreTest(task, surface, { params, number, cacheDir: options.cacheDir })
      : null;
    const row: TrialRow = { ...task, number, params, ...trained, test };
    options.onTrial(row);
    history.push(finishedTrial(row, space));
  }
}

/** A study whose trials are those of {@link runSearch}. */
export function studyOf({ seed }: SearchTask, space: SearchSpace, context: SpaceContext): BoundStudy {
  const study = makeStudy(space, { direction: 'maximize', seed });
  return { ...study, spec: { ...study.spec, objectives: [OBJECTIVE], context } };
}

/** A kept training as the history that samplers and pruners see. */
export function finishedTrial(row: TrialRow, space: SearchSpace): FrozenTrial {
  const base = {
    id: row.number + 1,
    number: row.number,
    params: row.params,
    distributions: activeDistributions(space, row.params),
    intermediateValues: new Map(row.curve),
    userAttrs: {},
    systemAttrs: {},
    startedAt: 0,
    completedAt: row.seconds * 1000,
  };
  if (row.value !== null) return { ...base, state: 'complete', values: [row.value] };
  return { ...base, state: 'fail', failure: { kind: 'diverged', message: 'diverged' } };
}

interface Training {
  readonly params: Params;
  readonly number: number;
  readonly cacheDir: string;
}

async function train(
  task: SearchTask,
  surface: Surface,
  training: Training,
): Promise<Pick<TrialRow, 'value' | 'seconds' | 'curve'>> {
  const curve: [number, number][] = [];
  const started = process.cpuUsage();
  const seconds = (): number => {
    const { user, system } = process.cpuUsage(started);
    return Number(((user + system) / 1e6).toFixed(3));
  };
  try {
    const value = await fit(task, surface, training, surface.valid, (step, reported) =>
      curve.push([step, reported]),
    );
    return { value, seconds: seconds(), curve };
  } catch (error) {
    if (!(error instanceof TrialFailure)) throw error;
    return { value: null, seconds: seconds(), curve };
  }
}

/** The same training again, with the test set where the validation set was: what is learnt does not depend on it. */
function scoreTest(task: SearchTask, surface: Surface, training: Training): Promise<number> {
  return fit(task, surface, training, surface.test, () => {});
}

async function fit(
  { seed }: SearchTask,
  { model, train: documents }: Surface,
  { params, number, cacheDir }: Training,
  valid: DatasetHandle,
  onRung: (step: number, value: number) => void,
): Promise<number> {
  const context = makeContext({
    objective: OBJECTIVE,
    seed: mixSeed(seed, number, 'trial') >>> 0,
    cacheDir,
    report: ({ step, metrics }) => onRung(step, metrics[OBJECTIVE.metric]!),
  });
  const trained = await model.train(params, { train: documents, valid }, context);
  const value = trained.metrics[OBJECTIVE.metric]!;
  trained.dispose();
  return value;
}
