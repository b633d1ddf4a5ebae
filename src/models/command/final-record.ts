import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type AttemptPlace, ProgramEnded, TrialFailure } from '../../domain/ports.ts';
import {
  ATTEMPT_FILES,
  type ProgramFinal,
  ProtocolError,
  readFinal,
  readRecord,
} from '../../protocol/index.ts';
import type { ProgramReports } from './program-reports.ts';
import type { CommandSettings } from './settings.ts';

/** What counts as the trial's result: a final record, result.json, or the report that the study lets stand in. */
export async function findFinal(
  place: AttemptPlace,
  { finalFrom }: CommandSettings,
  reports: ProgramReports,
  exitCode: number,
): Promise<ProgramFinal> {
  const written = await takeResultFile(place);
  const failure = reports.failure ?? (written?.type === 'failure' ? written.failure : null);
  // EX_TEMPFAIL and death by signal say more than what the program thought before.
  if (failure !== null && exitCode < 128 && exitCode !== 75)
    throw new TrialFailure(failure.kind, failure.message);
  if (exitCode !== 0) throw new ProgramEnded(exitCode);
  const final = reports.final ?? (written?.type === 'final' ? written : null);
  if (final !== null) return final;
  const metrics = finalFrom === null ? null : reports.standIn(finalFrom);
  if (metrics !== null) return { type: 'final', metrics, artifact: null, details: {} };
  throw noFinal(finalFrom !== null);
}

function noFinal(wantsReport: boolean): TrialFailure {
  const found = wantsReport
    ? 'no report held the metric of the objective'
    : 'it wrote no final record; let it print ::hpo {"final":true,"metrics":{…}}, or use --final-from best (or last)';
  return new TrialFailure('bad-config', `the program ended well, but ${found}`);
}

/** A result.json of the program's own. It goes, for the trial writes one in its place, or none. */
async function takeResultFile({ dir, token }: AttemptPlace): Promise<ReturnType<typeof readFinal>> {
  try {
    const record = await readRecord<Readonly<Record<string, unknown>>>(dir, ATTEMPT_FILES.result);
    if (record === null) return null;
    const isOwn = record['token'] === undefined || record['token'] === token;
    return isOwn ? readFinal(record) : null;
  } catch (error) {
    if (error instanceof ProtocolError) return null;
    throw error;
  } finally {
    await rm(join(dir, ATTEMPT_FILES.result), { recursive: true, force: true });
  }
}
