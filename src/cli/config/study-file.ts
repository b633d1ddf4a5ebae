import type { z } from 'zod';
import { UsageError } from '../../domain/errors.ts';
import type { SpaceEntry } from '../../domain/search-space.ts';
import type { Choice } from '../../domain/study.ts';
import type { Json } from '../../domain/trial.ts';
import { nearestName } from '../nearest.ts';
import { parseBytes, parseDuration } from '../option-values.ts';
import type { Config, Layer, SpacePatch } from './config.ts';
import { type StudyFile, spaceSchema, studyFileSchema } from './study-file-schema.ts';
import { readYaml, type YamlSource } from './yaml-source.ts';

/** @throws {UsageError} with file, line, column and a caret */
export async function readStudyFile(path: string): Promise<Layer> {
  const source = await readYaml(path);
  const file = check(source, studyFileSchema, source.value ?? {});
  return { values: toConfig(file, source), source: (key) => source.where(placeInFile(key)) };
}

/** A `--space` file. @throws {UsageError} as above */
export async function readSpaceFile(
  path: string,
): Promise<{ patch: SpacePatch; source: (name: string) => string }> {
  const source = await readYaml(path);
  const patch = toSpacePatch(check(source, spaceSchema, source.value ?? {}));
  return { patch, source: (name) => source.where([name]) };
}

function check<S extends z.ZodType>(source: YamlSource, schema: S, value: unknown): z.infer<S> {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0]!;
    throw source.fault([...issue.path, key], unknownKey(key, knownKeys(schema, issue.path)), 'key');
  }
  throw source.fault(
    issue.path,
    `${issue.path.at(-1)?.toString() ?? 'the file'}: ${lowerFirst(issue.message)}`,
  );
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

function unknownKey(key: string, known: readonly string[]): string {
  const near = nearestName(key, known);
  const hint = near === null ? `known: ${known.join(', ')}` : `did you mean "${near}"?`;
  return `unknown name "${key}"; ${hint}`;
}

/** The names that an object of the schema may have. */
function knownKeys(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let at: unknown = schema;
  for (const step of [...path, null]) {
    while (at !== null && typeof at === 'object' && 'unwrap' in at)
      at = (at as { unwrap(): unknown }).unwrap();
    const shape = (at as { shape?: Record<string, unknown> }).shape;
    if (step === null || shape === undefined) return Object.keys(shape ?? {});
    at = shape[step as string];
  }
  return [];
}

function toConfig(file: StudyFile, source: YamlSource): Config {
  const {
    data: { format, ...data } = {},
    objective = {},
    evaluation = {},
    run = {},
    settings,
    space,
    fix,
  } = file;
  const { timeout, trialTimeout, memory, gpus, ...counts } = run;
  const measured = (key: string, value: string | number | undefined, parse: typeof parseBytes) =>
    value === undefined ? undefined : readMeasure(source, ['run', key], String(value), parse);
  return withoutUndefined({
    study: file.study,
    model: Array.isArray(file.model) ? file.model.join(',') : file.model,
    ...data,
    dataFormat: format,
    ...objective,
    ...evaluation,
    metric: toMetrics(file, source),
    constraints: file.constraints,
    pruneBy: file.pruneBy,
    sampler: file.sampler === undefined ? undefined : toChoice(file.sampler),
    pruner: file.pruner === undefined ? undefined : toChoice(file.pruner),
    seed: file.seed,
    warmStart: file.warmStart,
    space: space && toSpacePatch(space),
    fix,
    set: settings as Record<string, Json> | undefined,
    ...counts,
    timeoutMs: measured('timeout', timeout, parseDuration),
    trialTimeoutMs: measured('trialTimeout', trialTimeout, parseDuration),
    memoryBytes: measured('memory', memory, parseBytes),
    gpus: gpus?.map(String),
    slurm: file.slurm && toSlurm(file.slurm, source),
  });
}

/** Slurm's own texts stay texts: `60` is as good a time limit as `1:00:00`. */
function toSlurm({ time, memory, idle, ...rest }: NonNullable<StudyFile['slurm']>, source: YamlSource) {
  return withoutUndefined({
    ...rest,
    time: time === undefined ? undefined : String(time),
    memory: memory === undefined ? undefined : String(memory),
    idleMs:
      idle === undefined ? undefined : readMeasure(source, ['slurm', 'idle'], String(idle), parseDuration),
  });
}

/** Of one objective its metric; of several each with its direction. */
function toMetrics({ objective, objectives }: StudyFile, source: YamlSource): string[] | undefined {
  if (objectives === undefined) return objective?.metric === undefined ? undefined : [objective.metric];
  for (const key of ['metric', 'direction'] as const)
    if (objective?.[key] !== undefined)
      throw source.fault(['objective', key], `"objectives" says it already; leave ${key} out here`);
  return objectives.map((one) => {
    if (typeof one === 'string') return one;
    return one.direction === undefined ? one.metric : `${one.metric}:${one.direction}`;
  });
}

function withoutUndefined<T extends object>(values: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;
}

function readMeasure(
  source: YamlSource,
  path: readonly [string, string],
  text: string,
  parse: typeof parseBytes,
): number {
  try {
    return parse(text, path[1]);
  } catch (error) {
    if (error instanceof UsageError) throw source.fault(path, `${error.message}; ${error.fix}`);
    throw error;
  }
}

function toChoice(choice: NonNullable<StudyFile['sampler']>): Choice {
  if (typeof choice === 'string') return { name: choice, options: {} };
  const { name, ...options } = choice;
  return { name, options: options as Record<string, Json> };
}

function toSpacePatch(space: z.infer<typeof spaceSchema>): SpacePatch {
  const entries = Object.entries(space).map(([name, entry]): [string, Partial<SpaceEntry>] => [
    name,
    (Array.isArray(entry) ? { type: 'categorical', choices: entry } : entry) as Partial<SpaceEntry>,
  ]);
  return Object.fromEntries(entries);
}

const IN_DATA = [
  'train',
  'valid',
  'test',
  'textColumn',
  'labelColumn',
  'labelSeparator',
  'delimiter',
  'header',
  'labelPrefix',
  'validFraction',
  'dedupe',
];
const RENAMED: Readonly<Record<string, readonly string[]>> = {
  dataFormat: ['data', 'format'],
  folds: ['evaluation', 'folds'],
  timeoutMs: ['run', 'timeout'],
  trialTimeoutMs: ['run', 'trialTimeout'],
  memoryBytes: ['run', 'memory'],
  'slurm.idleMs': ['slurm', 'idle'],
};

/** Where a setting stands in a study file. */
function placeInFile(key: string): readonly string[] {
  const [first, ...rest] = key.split('.') as [string, ...string[]];
  const renamed = RENAMED[key] ?? RENAMED[first];
  if (renamed !== undefined) return renamed;
  if (first === 'set') return ['settings', rest.join('.')];
  if (['fix', 'space', 'slurm'].includes(first)) return [first, rest.join('.')];
  if (IN_DATA.includes(first)) return ['data', first];
  if (['metric', 'direction', 'average', 'positiveLabel'].includes(first)) return ['objective', first];
  return ['study', 'model', 'sampler', 'pruner', 'seed', 'warmStart', 'constraints', 'pruneBy'].includes(
    first,
  )
    ? [first]
    : ['run', first];
}
