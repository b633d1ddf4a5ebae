import type { Params } from '../domain/distribution.ts';
import type { FrozenTrial } from '../domain/trial.ts';

/** Whether running the same configuration again would tell nothing new. */
export function teaches(trial: FrozenTrial): boolean {
  return (
    trial.state !== 'waiting' &&
    !trial.excluded &&
    (trial.state !== 'fail' || !['cancelled', 'lost'].includes(trial.failure.kind))
  );
}

/** Whether a configuration has been run, or runs. */
export function isRepeat(params: Params, history: readonly FrozenTrial[]): boolean {
  const names = Object.keys(params);
  return history.some(
    (trial) =>
      names.every((name) => trial.params[name] === params[name]) &&
      Object.keys(trial.params).length === names.length &&
      teaches(trial),
  );
}
