/** The thread that suggests for ./gp-thread.ts: one problem a message, answered in order. */
import { parentPort } from 'node:worker_threads';
import { suggestPoints } from './gp-suggest.ts';
import type { GpAnswer, GpQuestion } from './gp-thread.ts';

parentPort?.on('message', ({ id, problem, seed }: GpQuestion) => {
  const answer: GpAnswer = { id, ...tryToSuggest(problem, seed) };
  parentPort?.postMessage(answer);
});

function tryToSuggest(...args: Parameters<typeof suggestPoints>): Pick<GpAnswer, 'found' | 'error'> {
  try {
    return { found: suggestPoints(...args), error: null };
  } catch (error) {
    return { found: null, error };
  }
}
