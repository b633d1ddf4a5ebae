import { OWN_MODEL, type Study } from '../../domain/study.ts';

/** What runs the waiting trials of a study. @param options what leads a command to it */
export function commandForWaiting({ spec }: Study, options: string, nWaiting: number): string {
  // Another program's study: that program runs them.
  if (spec === null) return `hpo trials ${options}`;
  if (spec.model === OWN_MODEL) return `hpo ask ${options}`;
  const binding = spec.model === null ? ' --model fasttext --train T --valid V' : '';
  return `hpo optimize ${options} --n-trials ${nWaiting}${binding}`;
}
