import { CLUSTER_OPTIONS, type ClusterArgs } from '../config/cluster-options.ts';
import { kebab } from '../option-names.ts';
import type { Io } from '../output/io.ts';
import { quoteWord } from './command-line.ts';

/** The options of a cluster as they were typed, for a line that goes on with the search. */
export function clusterWords(args: ClusterArgs, sources: Io['sources']): string[] {
  const names = Object.keys(CLUSTER_OPTIONS) as (keyof ClusterArgs)[];
  const typed = names.filter((name) => sources.get(name) === 'flag' && name !== 'takeOver');
  return typed.map((name) => {
    const value = name === 'workerIdle' ? `${args[name]! / 1000}s` : String(args[name]);
    return `--${kebab(name)} ${quoteWord(value)}`;
  });
}
