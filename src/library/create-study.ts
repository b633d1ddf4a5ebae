import { describeData, openTrainingData, summarizeLabels } from '../datasets/index.ts';
import { parseConstraint } from '../domain/constraint.ts';
import type { Params } from '../domain/distribution.ts';
import { UsageError } from '../domain/errors.ts';
import { type Direction, defaultObjective, type Objective, parseMetric } from '../domain/objective.ts';
import type { Storage } from '../domain/ports.ts';
import { findSpaceFaults, type SearchSpace } from '../domain/search-space.ts';
import { type BoundStudy, type Choice, OWN_MODEL } from '../domain/study.ts';
import type { Json } from '../domain/trial.ts';
import { loadModel, usualPruner } from '../models/index.ts';

interface StudyOptions {
  readonly name: string;
  readonly sampler?: Choice;
  readonly pruner?: Choice;
  /** The same seed gives the same search. Default 42. */
  readonly seed?: number;
  /** What a trial's final metrics must keep: `modelBytes <= 5MB`. */
  readonly constraints?: readonly string[];
  /** What trials are pruned by: `f1`, `loss`. Default: the first objective that is no cost. */
  readonly pruneBy?: string;
}

/** A study in which hpo trains one of its models. */
export interface ModelStudyOptions extends StudyOptions {
  /** Several: they are searched together, see docs/joint.md. */
  readonly model: string | readonly string[];
  /** Path of the training data. */
  readonly train: string;
  /** Path of the validation data; absent: `validFraction` of the training data is held out. */
  readonly valid?: string;
  readonly validFraction?: number;
  /** Absent: chosen by the data. */
  readonly objective?: Objective;
  /** Several instead of one. */
  readonly objectives?: readonly Objective[];
}

/** A study whose trials the caller's own program runs. */
export interface FunctionStudyOptions extends StudyOptions {
  readonly space: SearchSpace;
  /** What the values are called; default `value`. */
  readonly metric?: string;
  /** Default: as usual for the metric (`loss` is minimized), else `maximize`. */
  readonly direction?: Direction;
  /** Several metrics instead of one, each as `f1` or `seconds:minimize`. */
  readonly objectives?: readonly string[];
}

/** A study whose trials run a program, in any language: `--model command` (docs/command.md). */
export interface ProgramStudyOptions extends FunctionStudyOptions {
  /** Split as a shell would, or word by word; `{name}` and `{args}` become parameters. */
  readonly command: string | readonly string[];
  /** The metric that the program reports. */
  readonly metric: string;
  /** Parameters that are not searched. */
  readonly fixed?: Params;
  /** `metric=pattern`, or a pattern with named groups: how to read a program that cannot report. */
  readonly metricRegex?: string | readonly string[];
  /** Which report counts for a program that never says which result is final. */
  readonly finalFrom?: 'best' | 'last';
}

export type NewStudyOptions = ModelStudyOptions | FunctionStudyOptions | ProgramStudyOptions;

const AUTO: Choice = { name: 'auto', options: {} };
const MEDIAN: Choice = { name: 'median', options: {} };

/**
 * Makes a study: of a model of hpo and your data, of a program of yours, or of a search space for an objective of your own.
 * @throws {UsageError} the name is taken, the model unknown, the data or the space unusable
 */
export async function createStudy(storage: Storage, options: NewStudyOptions): Promise<BoundStudy> {
  const { name, seed = 42, sampler = AUTO } = options;
  const { pruner = pruneAsUsual(options) } = options;
  const limits = limitsOf(options);
  const spec = {
    fixed: {},
    settings: {},
    ...(await ownSpec(options, seed)),
    ...limits,
    sampler,
    pruner,
    seed,
  };
  return { ...(await storage.createStudy({ name, spec })), spec };
}

function pruneAsUsual(options: NewStudyOptions): Choice {
  const model = 'command' in options ? 'command' : 'space' in options ? null : options.model;
  if (model === null) return MEDIAN;
  return { name: usualPruner(typeof model === 'string' ? model : model.join(',')), options: {} };
}

function limitsOf({ constraints = [], pruneBy }: StudyOptions) {
  return {
    ...(constraints.length > 0 && { constraints: constraints.map(parseConstraint) }),
    ...(pruneBy !== undefined && { pruneBy: parseMetric(pruneBy) }),
  };
}

async function ownSpec(options: NewStudyOptions, seed: number) {
  if ('command' in options) return programSpec(options);
  return 'space' in options ? functionSpec(options) : modelSpec(options, seed);
}

function functionSpec({ space, metric = 'value', direction, objectives }: FunctionStudyOptions) {
  const [fault] = findSpaceFaults(space);
  if (fault !== undefined) throw new UsageError(`parameter "${fault.param}": ${fault.fault}`);
  const usual = parseMetric(metric);
  const wanted = objectives?.map(parseMetric) ?? [{ ...usual, direction: direction ?? usual.direction }];
  const own = wanted.map((one): Objective => ({ ...one, average: 'macro', positiveLabel: null }));
  return { model: OWN_MODEL, data: null, context: null, space, objectives: own };
}

async function programSpec(options: ProgramStudyOptions) {
  const { command, metricRegex, finalFrom, fixed = {} } = options;
  const given = { command, metricRegex, finalFrom };
  const settings = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  ) as Readonly<Record<string, Json>>;
  const model = await loadModel('command');
  const spec = { ...functionSpec(options), model: model.name, fixed, settings };
  model.checkProgram?.(spec);
  return spec;
}

async function modelSpec(options: ModelStudyOptions, seed: number) {
  const model = await loadModel(typeof options.model === 'string' ? options.model : options.model.join(','));
  const data = {
    train: await describeData(options.train),
    valid: options.valid === undefined ? null : await describeData(options.valid),
    test: null,
    validFraction: options.validFraction ?? 0.2,
    dedupe: true,
  };
  const labels = summarizeLabels((await openTrainingData(data, seed).readSplit()).train);
  return {
    model: model.name,
    data,
    objectives: options.objectives ?? [options.objective ?? defaultObjective(labels)],
    context: { nLabels: labels.nLabels, nDocuments: labels.nDocuments, multiLabel: labels.multiLabel },
    space: model.space(labels),
  };
}

/**
 * A study that is there, bound to its model or its own search space.
 * @throws {NotFoundError} naming the studies that there are
 * @throws {UsageError} another program made it, or no model was bound to it yet
 */
export async function loadStudy(storage: Storage, name: string): Promise<BoundStudy> {
  const study = await storage.loadStudy(name);
  const { spec } = study;
  if (spec === null || spec.model === null)
    throw new UsageError(`study "${name}" is bound to no model and no search space yet`, {
      fix: 'createStudy makes one that is',
    });
  return { ...study, spec: { ...spec, model: spec.model } };
}
