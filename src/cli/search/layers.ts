import { formatConstraint } from '../../domain/constraint.ts';
import { formatMetric } from '../../domain/objective.ts';
import type { Study } from '../../domain/study.ts';
import type { Json } from '../../domain/trial.ts';
import { orderModelNames, usualPruner } from '../compose.ts';
import { argsLayer, type SearchArgs } from '../config/args-layer.ts';
import { type Config, type Layer, type Resolved, resolveConfig } from '../config/config.ts';
import type { readSpaceFile } from '../config/study-file.ts';
import type { Io } from '../output/io.ts';

/** What holds where nobody says otherwise; the help shows the same. */
export const DEFAULTS = {
  sampler: { name: 'auto', options: {} },
  pruner: { name: 'rising', options: {} },
  seed: 42,
  validFraction: 0.2,
  dedupe: true,
  jobs: 1,
  maxFailures: 10,
  retries: 2,
  runsDir: 'runs',
  keepModels: 3,
  threads: 1,
} as const satisfies Config;

export const DEFAULT_METRIC = 'f0.5';
export const DEFAULT_N_TRIALS = 50;

/** Settings that a person gave to a study, as opposed to those that its data decided: a system attribute. */
export const GIVEN_ATTR = 'hpo:given';

/** Files of settings, read once. */
export interface SettingFiles {
  readonly study: Layer | null;
  readonly space: Awaited<ReturnType<typeof readSpaceFile>> | null;
}

/** The parsers of YAML and of the schema load only when there is a file. */
export async function readSettingFiles(args: SearchArgs): Promise<SettingFiles> {
  if (args.studyFile === undefined && args.space === undefined) return { study: null, space: null };
  const { readSpaceFile, readStudyFile } = await import('../config/study-file.ts');
  return {
    study: args.studyFile === undefined ? null : await readStudyFile(args.studyFile),
    space: args.space === undefined ? null : await readSpaceFile(args.space),
  };
}

/**
 * Flags and environment over study file over stored study over defaults.
 * @param stored with whether it has trials: then its objective stands, whoever chose it
 */
export function resolveSettings(
  args: SearchArgs,
  io: Io,
  files: SettingFiles,
  stored: { readonly study: Study; readonly hasTrials: boolean } | null,
): Resolved {
  const lower = [
    ...(files.study === null ? [] : [files.study]),
    ...(stored === null ? [] : [storedLayer(stored.study, stored.hasTrials)]),
    { values: defaultsFor({ ...files.study?.values, ...args }), source: () => 'default' },
  ];
  const flags = argsLayer(args, io.sources, { space: files.space, lower: resolveConfig(lower).config });
  return withModelsInOrder(resolveConfig([flags, ...lower]));
}

/** `linear,fasttext` is the same search as `fasttext,linear`. */
function withModelsInOrder({ config, sources }: Resolved): Resolved {
  if (config.model === undefined) return { config, sources };
  return { config: { ...config, model: orderModelNames(config.model) }, sources };
}

/** The default pruner depends on what is reported. */
function defaultsFor({
  folds = 0,
  model,
  space,
}: Pick<Config, 'folds' | 'model'> & { space?: unknown }): Config {
  const pruneBy = (name: string): Config => ({ ...DEFAULTS, pruner: { name, options: {} } });
  // Folds are compared pairwise; a bar of other trials' folds would compare different documents' luck.
  if (folds !== 0) return pruneBy('wilcoxon');
  // Trials that a shell runs: a program's like any other.
  if (model === undefined) return space === undefined ? DEFAULTS : pruneBy('median');
  return pruneBy(usualPruner(model));
}

function storedLayer(study: Study, hasTrials: boolean): Layer {
  const given = hasTrials ? null : ((study.systemAttrs[GIVEN_ATTR] as readonly string[] | undefined) ?? []);
  return {
    values: study.spec === null ? {} : onlyGiven(storedValues(study.spec), given),
    source: () => `study ${study.name}`,
  };
}

type StoredSpec = NonNullable<Study['spec']>;

function storedValues(spec: StoredSpec): Config {
  const [objective, ...others] = spec.objectives;
  const { data, constraints, pruneBy } = spec;
  return {
    ...(spec.model === null ? {} : { model: spec.model }),
    ...(data === null ? {} : storedData(data)),
    ...(objective && {
      metric: others.length === 0 ? [objective.metric] : spec.objectives.map(formatMetric),
      ...(others.length === 0 ? { direction: objective.direction } : {}),
      average: objective.average,
      ...(objective.positiveLabel === null ? {} : { positiveLabel: objective.positiveLabel }),
    }),
    ...(constraints && { constraints: constraints.map(formatConstraint) }),
    ...(pruneBy && { pruneBy: formatMetric(pruneBy) }),
    sampler: spec.sampler,
    pruner: spec.pruner,
    seed: spec.seed,
    ...(spec.folds === undefined ? {} : { folds: spec.folds }),
    fix: spec.fixed,
    set: spec.settings,
  };
}

function storedData({ train, valid, test, validFraction, dedupe }: NonNullable<StoredSpec['data']>): Config {
  return {
    ...(train.options as Record<string, Json>),
    train: train.path,
    ...(valid === null ? {} : { valid: valid.path }),
    ...(test === null ? {} : { test: test.path }),
    validFraction,
    dedupe,
  };
}

/** Settings that the data decides where nobody else does. */
export const BY_DATA = ['metric', 'direction', 'average', 'positiveLabel'] as const;

/** Without what the data once decided, so that other data may decide anew. `given` null: everything stands. */
function onlyGiven(values: Config, given: readonly string[] | null): Config {
  if (given === null) return values;
  const dropped: readonly string[] = BY_DATA.filter((key) => !given.includes(key));
  return Object.fromEntries(Object.entries(values).filter(([key]) => !dropped.includes(key))) as Config;
}
