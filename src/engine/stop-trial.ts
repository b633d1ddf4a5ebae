import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AttemptRecord, Launcher } from '../domain/ports.ts';
import { assertInside, writeControl } from '../protocol/index.ts';

export interface StopOptions {
  readonly launcher: Launcher;
  /** Absolute; holds the attempt folders. */
  readonly runsDir: string;
  /** The trial's own folder below it. */
  readonly trialDir: string;
  /** Between SIGTERM and SIGKILL. */
  readonly graceMs: number;
}

const LOOK_MS = 50;

/**
 * Ends one running attempt of this machine from outside its engine: control.json, SIGTERM, a grace period, SIGKILL. Its
 * engine, or the next one, reads in control.json that this was meant.
 * @returns false when its process is proven gone, and there was nothing to stop
 */
export async function stopTrial(record: AttemptRecord, options: StopOptions): Promise<boolean> {
  const { launcher, runsDir, trialDir, graceMs } = options;
  // Where it must lie; what the database says could lead anywhere.
  const dir = join(trialDir, String(record.attempt));
  await assertInside(runsDir, dir);
  await writeControl(dir, { stop: 'cancelled', by: 'person' });
  const running = await launcher.adopt({ ...record, dir });
  if (running === null) return false;
  await running.signal('SIGTERM');
  const deadline = performance.now() + graceMs;
  while ((await running.isAlive()) && performance.now() < deadline) await sleep(LOOK_MS);
  await running.signal('SIGKILL');
  return true;
}
