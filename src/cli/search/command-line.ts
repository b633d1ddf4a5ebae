import type { GlobalArgs } from '../command.ts';
import type { Config, Resolved } from '../config/config.ts';
import { SLURM_SETTINGS, slurmFlag } from '../config/slurm-settings.ts';
import { kebab } from '../option-names.ts';

/** A word as a shell needs it. */
export function quoteWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** `hpo best --study NAME`, with the storage where it is not the default one. */
export function commandFor(command: string, study: string, { storage }: Pick<GlobalArgs, 'storage'>): string {
  const where = storage === undefined ? '' : ` --storage ${quoteWord(storage)}`;
  return `hpo ${command} --study ${quoteWord(study)}${where}`;
}

/** Options of a run that are typed as they are kept. */
const REPEATED = [
  'totalTrials',
  'jobs',
  'gpus',
  'maxFailures',
  'retries',
  'runsDir',
  'keepModels',
  'confirm',
  'threads',
  'launcher',
] as const;
const IN_SECONDS = { trialTimeoutMs: 'trial-timeout' } as const;

/**
 * The line that goes on with a search: the options of the run as they were typed, with the trials that are left. A study
 * file is named again where it says how the search runs.
 */
export function resumeCommand(
  study: string,
  args: Pick<GlobalArgs, 'storage'> & { readonly studyFile?: string | undefined },
  { config, sources }: Resolved,
  left: number | null,
): string {
  const typed = (key: string): boolean => sources.get(key)?.startsWith('--') === true;
  const fromFile = (key: string): boolean => sources.get(key)?.startsWith(`${args.studyFile}:`) === true;
  const ofRun = [
    ...REPEATED,
    ...SLURM_SETTINGS.map((name) => `slurm.${name}`),
    'trialTimeoutMs',
    'memoryBytes',
  ];
  const options = [
    ...(ofRun.some(fromFile) ? [`--study-file ${quoteWord(args.studyFile!)}`] : []),
    ...(left === null || config.totalTrials !== undefined ? [] : [`--n-trials ${left}`]),
    ...REPEATED.filter(typed).map((key) => `--${kebab(key)} ${quoteWord(String(config[key]))}`),
    ...(typed('trialTimeoutMs') ? [`--${IN_SECONDS.trialTimeoutMs} ${config.trialTimeoutMs! / 1000}s`] : []),
    ...(typed('memoryBytes') ? [`--memory ${config.memoryBytes}`] : []),
    ...slurmOptions(config)
      .filter(([name]) => typed(`slurm.${name}`))
      .map(([, option]) => option),
  ];
  return [commandFor('optimize', study, args), ...options].join(' ');
}

function slurmOptions({ slurm = {} }: Config): (readonly [name: string, option: string])[] {
  return SLURM_SETTINGS.flatMap((name) => {
    const value = slurm[name];
    if (value === undefined) return [];
    const shown = name === 'idleMs' ? `${Number(value) / 1000}s` : String(value);
    return [[name, `${slurmFlag(name)} ${quoteWord(shown)}`] as const];
  });
}
