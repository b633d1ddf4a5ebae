import { totalViolation } from '../../../domain/constraint.ts';
import type { SearchEvent } from '../../../domain/search-event.ts';
import type { Failure, FrozenTrial, Json } from '../../../domain/trial.ts';
import { plain } from '../plain.ts';
import { formatCell } from '../readable.ts';
import type { LiveState } from './state.ts';

const MAX_MESSAGE = 200;

/** `key=value` pairs on one line, as log collectors read them; values with blanks, quotes or `=` are quoted. */
export function renderLogfmt(pairs: Readonly<Record<string, Json | undefined>>): string {
  return Object.entries(pairs)
    .filter(([, value]) => value !== undefined)
    .map(
      ([key, value]) =>
        `${plain(key).replace(/[\s="]+/g, '_')}=${quote(value === null ? 'null' : formatCell(value))}`,
    )
    .join(' ');
}

function quote(text: string): string {
  return text === '' || /[\s="]/.test(text) ? JSON.stringify(text) : text;
}

/** The line of an event where no live display is wanted, or null where the event is not worth one. */
export function renderEventLine(event: SearchEvent, state: LiveState): string | null {
  switch (event.type) {
    case 'trial-finished':
      return renderLogfmt({
        trial: event.trial.number,
        state: event.trial.state,
        ...objectiveValues(event.trial, state),
        seconds: Number((event.durationMs / 1000).toFixed(2)),
        ...standing(state),
        violation: totalViolation(event.trial) || undefined,
        done: doneOf(state),
        ...(event.trial.state === 'fail' ? failureOf(event.trial.failure) : {}),
        ...event.trial.params,
      });
    case 'confirm-finished':
      return renderLogfmt({
        confirm: event.number,
        mean: event.scores?.mean ?? null,
        sd: event.scores?.sd,
        done: `${state.confirmed?.done ?? 0}/${event.of}`,
      });
    case 'confirm-started':
    case 'confirm-report':
    case 'trial-started':
    case 'report':
    case 'new-best':
    case 'warning':
    case 'done':
      return null;
  }
}

/** The sign of life once a minute. */
export function renderHeartbeat(state: LiveState, now: number): string {
  const { complete, pruned, fail } = state.counts;
  return renderLogfmt({
    heartbeat: `${Math.round((now - state.startedAt) / 1000)}s`,
    done: doneOf(state),
    running: [...state.running.keys()].join(','),
    complete,
    pruned,
    fail,
    ...standing(state),
    bestTrial: state.best?.number,
  });
}

/** The reason without the trace and the log that may follow it. */
function failureOf({ kind, message }: Failure): { kind: string; message: string } {
  const [first = ''] = message.trimStart().split('\n');
  return { kind, message: first.slice(0, MAX_MESSAGE) };
}

function doneOf({ goal, counted }: LiveState): string {
  return goal.trials === null ? String(counted) : `${counted}/${goal.trials}`;
}

function objectiveValues(trial: FrozenTrial, { heading }: LiveState): Record<string, number | undefined> {
  const values = trial.state === 'complete' || trial.state === 'pruned' ? trial.values : null;
  return Object.fromEntries(heading.metrics.map((metric, i) => [metric, values?.[i]]));
}

/** The best value; of several objectives the size of the front. */
function standing({ heading, best, front }: LiveState): Record<string, number | undefined> {
  return heading.metrics.length > 1 ? { front: front.length } : { best: best?.value };
}
