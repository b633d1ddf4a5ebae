import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Params } from '../../domain/distribution.ts';
import type { AttemptPlace, TrainedModel, TrainingContext, TrainingData } from '../../domain/ports.ts';
import { TrialFailure } from '../../domain/ports.ts';
import type { Json } from '../../domain/trial.ts';
import { ATTEMPT_FILES } from '../../protocol/index.ts';
import { renderArgv } from './argv-template.ts';
import { findFinal } from './final-record.ts';
import { runAndListen } from './listen.ts';
import { checkArtifact, dropLinks, keepOutput, OUTPUT } from './output-folder.ts';
import { ProgramReports } from './program-reports.ts';
import { parseSettings } from './settings.ts';

const PARAMS_FILE = 'params.json';
const REPORT_FILE = 'program.ndjson';

/**
 * Runs the study's program once and listens to it.
 * @throws {TrialFailure} it could not be started, said that it failed, or left no result
 * @throws {ProgramEnded} another exit code than 0
 */
export async function trainByCommand(
  params: Params,
  _data: TrainingData,
  context: TrainingContext,
): Promise<TrainedModel> {
  const settings = parseSettings(context.settings);
  const place = context.attempt;
  if (place === null)
    throw new TrialFailure('bad-config', 'a command runs in the attempt folder of a trial only');
  const env = await prepareFolder(place, params, context);
  const reports = new ProgramReports(context);
  const heard = await runAndListen(renderArgv(settings.template, params), env, {
    place,
    settings,
    reports,
    context,
  });
  context.signal.throwIfAborted();
  const final = await findFinal(place, settings, reports, heard.exitCode);
  const outputDir = join(place.dir, OUTPUT);
  const artifact = await checkArtifact(outputDir, final.artifact);
  const warnings = warningsOf(reports, heard.cuts, await dropLinks(outputDir));
  for (const warning of warnings) console.error(`hpo: ${warning}`);
  return {
    metrics: final.metrics,
    details: {
      ...final.details,
      ...(heard.peakMemoryBytes !== null && { peakMemoryBytes: heard.peakMemoryBytes }),
      reports: reports.reports,
      ...(warnings.length > 0 && { warnings }),
    },
    save: (dir) => keepOutput(outputDir, dir, artifact),
    dispose: () => {},
  };
}

/** Makes what the program is promised. @returns its environment beyond the trial's own */
async function prepareFolder(
  { dir, trialNumber, attempt }: AttemptPlace,
  params: Params,
  { seed, checkpointDir }: TrainingContext,
): Promise<Record<string, string>> {
  const env = {
    HPO_TRIAL_DIR: dir,
    HPO_PARAMS: join(dir, PARAMS_FILE),
    HPO_REPORT: join(dir, REPORT_FILE),
    HPO_CONTROL: join(dir, ATTEMPT_FILES.control),
    HPO_CHECKPOINT_DIR: checkpointDir ?? join(dir, ATTEMPT_FILES.checkpoint),
    HPO_OUTPUT_DIR: join(dir, OUTPUT),
    HPO_SEED: String(seed),
    HPO_TRIAL_NUMBER: String(trialNumber),
    HPO_ATTEMPT: String(attempt),
  };
  await mkdir(env.HPO_OUTPUT_DIR, { recursive: true, mode: 0o700 });
  await mkdir(env.HPO_CHECKPOINT_DIR, { recursive: true, mode: 0o700 });
  await writeFile(env.HPO_PARAMS, `${JSON.stringify(params)}\n`, { mode: 0o600 });
  return env;
}

function warningsOf(reports: ProgramReports, cuts: number, links: number): Json[] & string[] {
  return [
    ...(reports.badLines > 0 ? [`${reports.badLines} lines of the program were no reports`] : []),
    ...(cuts > 0 ? [`--metric-regex took too long on ${cuts} lines, which were skipped`] : []),
    ...(links > 0 ? [`${links} links or special files in HPO_OUTPUT_DIR were removed`] : []),
  ];
}
