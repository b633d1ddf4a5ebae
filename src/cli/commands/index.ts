import type { Command } from '../command.ts';

export interface CommandEntry {
  readonly summary: string;
  readonly load: () => Promise<{ readonly default: Command }>;
}

/**
 * Every command by its word or two words (`dataset demo`), in the order of the help. A command is one file with a
 * default export made by `defineCommand`, and one line here: `best: { summary: '…', load: () => import('./best.ts') }`.
 * Loaded only when used, so a start of `hpo` pays for one command.
 */
export const COMMANDS: Readonly<Record<string, CommandEntry>> = {
  'create-study': { summary: 'Make a study', load: () => import('./create-study.ts') },
  optimize: { summary: 'Search for the best hyperparameters', load: () => import('./optimize.ts') },
  best: { summary: 'Show the best trial; --export writes its model', load: () => import('./best.ts') },
  predict: { summary: 'Label texts with an exported model', load: () => import('./predict.ts') },
  trials: { summary: 'List the trials of a study', load: () => import('./trials.ts') },
  studies: { summary: 'List the studies', load: () => import('./studies.ts') },
  show: { summary: 'Show a study, or all that is known of one trial', load: () => import('./show.ts') },
  importance: { summary: 'Say which parameters matter', load: () => import('./importance.ts') },
  enqueue: { summary: 'Put a configuration first in line', load: () => import('./enqueue.ts') },
  retry: { summary: 'Try failed trials once more', load: () => import('./retry.ts') },
  exclude: {
    summary: 'Let finished trials count for nothing; --undo lets them count again',
    load: () => import('./exclude.ts'),
  },
  stop: {
    summary: 'Stop a running search of this machine, or one of its trials',
    load: () => import('./stop.ts'),
  },
  workers: { summary: 'Show who works for a search on a cluster', load: () => import('./workers.ts') },
  scale: { summary: 'Have more or fewer workers while a search runs', load: () => import('./scale.ts') },
  'slurm script': {
    summary: 'Print what a search would submit to Slurm',
    load: () => import('./slurm-script.ts'),
  },
  ask: { summary: 'Take the next trial, to run it yourself', load: () => import('./ask.ts') },
  tell: { summary: 'Say how a trial of hpo ask ended', load: () => import('./tell.ts') },
  'delete-study': {
    summary: 'Delete a study, its trials and their folders',
    load: () => import('./delete-study.ts'),
  },
  'dataset demo': { summary: 'Make a demo data set', load: () => import('./dataset-demo.ts') },
  'dataset inspect': {
    summary: 'Say what a data file holds, and what is odd about it',
    load: () => import('./dataset-inspect.ts'),
  },
  'dataset convert': {
    summary: 'Write a data file in another format',
    load: () => import('./dataset-convert.ts'),
  },
  'dataset split': {
    summary: 'Deal a data file into train, valid and test',
    load: () => import('./dataset-split.ts'),
  },
  'storage check': {
    summary: 'Look for damage in the storage',
    load: () => import('./storage-check.ts'),
  },
  'storage upgrade': {
    summary: 'Bring a storage of an earlier hpo or Optuna up to date',
    load: () => import('./storage-upgrade.ts'),
  },
  'storage export': {
    summary: 'Write studies as JSON lines',
    load: () => import('./storage-export.ts'),
  },
  'storage import': {
    summary: 'Read studies from JSON lines or an Optuna database',
    load: () => import('./storage-import.ts'),
  },
  doctor: { summary: 'Check this machine and the storage', load: () => import('./doctor.ts') },
  init: { summary: 'Write a commented study file to begin with', load: () => import('./init.ts') },
  completion: { summary: 'Print a completion script for your shell', load: () => import('./completion.ts') },
};
