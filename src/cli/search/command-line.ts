import type { GlobalArgs } from '../command.ts';
import type { Resolved } from '../config/config.ts';
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
] as const;
const IN_SECONDS = { trialTimeoutMs: 'trial-timeout' } as const;

/** The line that goes on with a search: the options of the run as they were typed, with the trials that are left. */
export function resumeCommand(
  study: string,
  args: Pick<GlobalArgs, 'storage'>,
  { config, sources }: Resolved,
  left: number | null,
): string {
  const typed = (key: string): boolean => sources.get(key)?.startsWith('--') === true;
  const options = [
    ...(left === null || config.totalTrials !== undefined ? [] : [`--n-trials ${left}`]),
    ...REPEATED.filter(typed).map((key) => `--${kebab(key)} ${quoteWord(String(config[key]))}`),
    ...(typed('trialTimeoutMs') ? [`--${IN_SECONDS.trialTimeoutMs} ${config.trialTimeoutMs! / 1000}s`] : []),
    ...(typed('memoryBytes') ? [`--memory ${config.memoryBytes}`] : []),
  ];
  return [commandFor('optimize', study, args), ...options].join(' ');
}
