import { UsageError } from '../../domain/errors.ts';
import type { Direction } from '../../domain/objective.ts';
import type { Choice } from '../../domain/study.ts';
import type { Json } from '../../domain/trial.ts';
import { type ArgsOf, GLOBAL_OPTIONS, type GlobalArgs, type Options } from '../command.ts';
import { kebab } from '../option-names.ts';
import { parseAssignments } from './assignments.ts';
import { CLUSTER_OPTIONS, type ClusterArgs } from './cluster-options.ts';
import type { Config, Layer, SpacePatch } from './config.ts';
import { readerOptionsOf } from './reader-options.ts';
import { slurmOption, slurmSettingsOf } from './slurm-settings.ts';
import { RUN_OPTIONS, type STUDY_OPTIONS } from './study-options.ts';

export type SearchArgs = Partial<ArgsOf<typeof STUDY_OPTIONS> & ArgsOf<typeof RUN_OPTIONS>> &
  ClusterArgs &
  Partial<Pick<GlobalArgs, 'study'>>;

/** The option behind a key, where it is not simply its own. */
const OPTION_OF: Readonly<Record<string, string>> = {
  timeoutMs: 'timeout',
  trialTimeoutMs: 'trialTimeout',
  memoryBytes: 'memory',
  constraints: 'constraint',
};

/**
 * Command line and environment as a layer. Options of a sampler or pruner given without its name belong to the one
 * that a lower layer names: `lower` has it.
 */
export function argsLayer(
  args: SearchArgs,
  sources: ReadonlyMap<string, 'flag' | 'env'>,
  { space, lower }: { space: { patch: SpacePatch; source: (key: string) => string } | null; lower: Config },
): Layer {
  const values: Config = {
    ...pick(args, COPIED),
    ...readerOptionsOf(args),
    ...present('metric', args.metric?.flatMap(splitNames)),
    ...present('constraints', args.constraint),
    ...present('timeoutMs', args.timeout),
    ...present('trialTimeoutMs', args.trialTimeout),
    ...present('memoryBytes', args.memory),
    ...present('gpus', args.gpus === undefined ? undefined : parseGpus(args.gpus)),
    ...present('sampler', toChoice(args.sampler, args.samplerOption, lower.sampler, 'sampler')),
    ...present('pruner', toChoice(args.pruner, args.prunerOption, lower.pruner, 'pruner')),
    ...present('space', space?.patch),
    ...present('fix', args.fix && scalarsOnly(parseAssignments(args.fix, '--fix'))),
    ...present('direction', toDirection(args)),
    ...present('confirm', args.confirm === undefined ? undefined : parseConfirm(args.confirm)),
    ...present('set', toSettings(args)),
    ...present('launcher', args.launcher as Config['launcher']),
    ...present('slurm', slurmSettingsOf(args)),
  };
  return {
    values,
    source: (key) => {
      if (key.startsWith('space.') && space) return space.source(key.slice('space.'.length));
      const option = optionOf(key);
      if (key === 'direction' && args.direction === undefined) return `--${toDirection(args)}`;
      if (isOwnSetting(key, args)) return `--${kebab(key.slice('set.'.length))}`;
      return sources.get(option) === 'env' ? WITH_VARIABLES[option]!.env! : `--${kebab(option)}`;
    },
  };
}

/** The option, in camelCase, that gives the setting of this dotted key. */
function optionOf(key: string): string {
  const [first, name] = key.split('.') as [string, string?];
  return first === 'slurm' ? slurmOption(name!) : (OPTION_OF[key] ?? first);
}

const WITH_VARIABLES: Options = { ...GLOBAL_OPTIONS, ...RUN_OPTIONS, ...CLUSTER_OPTIONS };

const COPIED = [
  'study',
  'model',
  'train',
  'valid',
  'test',
  'validFraction',
  'dedupe',
  'average',
  'positiveLabel',
  'pruneBy',
  'seed',
  'warmStart',
  'folds',
  'nTrials',
  'totalTrials',
  'jobs',
  'maxFailures',
  'retries',
  'runsDir',
  'keepModels',
  'threads',
] as const satisfies readonly (keyof Config & keyof SearchArgs)[];

function pick<T extends object, K extends keyof T>(from: T, keys: readonly K[]): Partial<Pick<T, K>> {
  return Object.fromEntries(
    keys.filter((key) => from[key] !== undefined).map((key) => [key, from[key]]),
  ) as Partial<Pick<T, K>>;
}

function present<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { [P in K]?: V };
}

/** `f0.5,modelBytes` is two. */
const splitNames = (text: string): string[] => text.split(',');

/** Leaders that are scored again where nobody says how many. */
const DEFAULT_CONFIRM = 5;

/** `--confirm` alone is five. */
function parseConfirm(text: string): number {
  if (text === '') return DEFAULT_CONFIRM;
  if (/^\d+$/.test(text)) return Number(text);
  throw new UsageError(`--confirm takes a whole number, not "${text}"`, {
    fix: '--confirm 5, or 0 for none',
  });
}

function parseGpus(text: string): string[] {
  const gpus = text
    .split(',')
    .map((gpu) => gpu.trim())
    .filter(Boolean);
  if (gpus.length === 0) throw new UsageError(`--gpus "${text}" names no device`, { fix: '--gpus 0,1' });
  if (new Set(gpus).size < gpus.length) throw new UsageError(`--gpus "${text}" names a device twice`);
  return gpus;
}

function toChoice(
  name: string | undefined,
  options: readonly string[] | undefined,
  lower: Choice | undefined,
  option: string,
): Choice | undefined {
  if (name === undefined && options === undefined) return undefined;
  const given = parseAssignments(options ?? [], `--${option}-option`);
  if (name !== undefined) return { name, options: given };
  return { name: lower!.name, options: { ...lower!.options, ...given } };
}

function toDirection({ direction, maximize, minimize }: SearchArgs): Direction | undefined {
  const given = new Set([direction, maximize && 'maximize', minimize && 'minimize'].filter(Boolean));
  if (given.size > 1) throw new UsageError('--maximize and --minimize exclude each other');
  return [...given][0] as Direction | undefined;
}

/** Settings that have an option of their own, beside those of `--set`. */
const OWN_SETTINGS = ['command', 'metricRegex', 'finalFrom', 'engine', 'device'] as const;

const isOwnSetting = (key: string, args: SearchArgs): boolean =>
  OWN_SETTINGS.some((name) => key === `set.${name}` && args[name] !== undefined);

function toSettings(args: SearchArgs): Record<string, Json> | undefined {
  const own = pick(args, OWN_SETTINGS);
  if (args.set === undefined && Object.keys(own).length === 0) return undefined;
  return { ...parseAssignments(args.set ?? [], '--set'), ...own };
}

function scalarsOnly(values: Record<string, Json>): Record<string, null | boolean | number | string> {
  for (const [name, value] of Object.entries(values))
    if (typeof value === 'object' && value !== null)
      throw new UsageError(`--fix ${name} needs one value, not ${JSON.stringify(value)}`);
  return values as Record<string, null | boolean | number | string>;
}
