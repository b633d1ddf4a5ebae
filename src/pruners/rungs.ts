import { type Direction, isBetter } from '../domain/objective.ts';
import { type FrozenTrial, lastStep } from '../domain/trial.ts';

/** Who goes on at a rung: the best `share` of all that came there, once enough did. */
export interface RungRule {
  readonly direction: Direction;
  readonly rung: number;
  /** 0–1; at least the best one goes on. */
  readonly share: number;
  /** Other trials that must have come to the rung before anybody is stopped. */
  readonly minPeers: number;
}

/** The rung of `rungs` (ascending) that the latest report has just come to, or null. */
export function reachedRung(trial: FrozenTrial, rungs: readonly number[]): number | null {
  const step = lastStep(trial);
  if (step === null) return null;
  let before = Number.NEGATIVE_INFINITY;
  for (const other of trial.intermediateValues.keys()) if (other !== step && other > before) before = other;
  return rungs.findLast((rung) => step >= rung && before < rung) ?? null;
}

/** Whether the trial is among the best at a rung; peers may be of any state, stopped and running ones too. */
export function isKept(trial: FrozenTrial, peers: readonly FrozenTrial[], rule: RungRule): boolean {
  const own = valueAt(trial, rule.rung);
  const others = peers.flatMap((peer) => (hasCome(peer, rule.rung) ? [valueAt(peer, rule.rung)] : []));
  if (others.length < rule.minPeers) return true;
  if (Number.isNaN(own)) return false;
  const kept = Math.max(1, Math.floor((others.length + 1) * rule.share));
  return others.filter((other) => isBetter(rule.direction, other, own)).length < kept;
}

/** Excluded trials are no measure for others. */
const hasCome = (trial: FrozenTrial, rung: number): boolean =>
  trial.excluded !== true && (lastStep(trial) ?? -1) >= rung;

/** The first value reported at the rung or beyond it: a trial may report less often than there are rungs. */
function valueAt(trial: FrozenTrial, rung: number): number {
  let first = Number.POSITIVE_INFINITY;
  for (const step of trial.intermediateValues.keys()) if (step >= rung && step < first) first = step;
  return trial.intermediateValues.get(first) ?? Number.NaN;
}

/** least, least·η, least·η² … up to `most`. */
export function geometricRungs(least: number, eta: number, most: number): number[] {
  const rungs: number[] = [];
  for (let rung = least; rung <= most; rung *= eta) rungs.push(Math.round(rung));
  return rungs;
}
