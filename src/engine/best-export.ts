import { cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, extname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findPickedTrial } from '../domain/confirmation.ts';
import { HpoError, NotFoundError, StorageError, UsageError } from '../domain/errors.ts';
import type { Storage } from '../domain/ports.ts';
import type { Study } from '../domain/study.ts';
import { type Artifact, artifactOf, type CompleteTrial, detailsOf, metricsOf } from '../domain/trial.ts';
import {
  ATTEMPT_FILES,
  type AttemptRequest,
  assertInside,
  hashPath,
  readRecord,
  trialFolder,
  writeRecord,
} from '../protocol/index.ts';
import { isDiskFull } from './disk-full.ts';
import { megabytes } from './limits.ts';
import { clearInterrupted, replaceFolder, temporaryBeside } from './replace-folder.ts';

export interface ExportOptions {
  /** Holds the attempt folders; absolute. */
  readonly runsDir: string;
  /** Becomes the model's folder. */
  readonly dir: string;
  /** Replace an earlier export. */
  readonly force: boolean;
  /** Which trial's model. Absent: what a confirmation picked, else the best one's. */
  readonly trial?: CompleteTrial;
}

export interface ExportedModel {
  readonly trial: CompleteTrial;
  /** With its absolute path in the exported folder. */
  readonly artifact: Artifact;
}

/**
 * Copies the best trial's own model (nothing is trained again) into `dir`, whole or not at all, with `model.json` telling
 * where it comes from and how good it is.
 * @throws {NotFoundError} no complete trial, or its model is not on disk
 * @throws {UsageError} `dir` holds something else
 */
export async function exportBest(
  study: Study,
  storage: Storage,
  options: ExportOptions,
): Promise<ExportedModel> {
  const trial = options.trial ?? findPickedTrial(study, await storage.getTrials(study.id));
  if (trial === null) {
    throw new NotFoundError(`Study "${study.name}" has no complete trial.`, {
      fix: `hpo optimize --study ${study.name}`,
    });
  }
  const { artifact, attemptDir } = await findTrialModel(study, storage, trial, options.runsDir);
  const target = resolve(options.dir);
  await clearInterrupted(target);
  await checkTarget(target, options.force);
  const temporary = temporaryBeside(target);
  try {
    await mkdir(dirname(target), { recursive: true });
    await rm(temporary, { recursive: true, force: true });
    await cp(join(attemptDir, ATTEMPT_FILES.model), temporary, { recursive: true });
    await checkCopy(temporary, artifact, trial);
    await describeModel(temporary, { study, trial, artifact, attemptDir });
    await replaceFolder(temporary, target);
  } catch (error) {
    if (isDiskFull(error)) throw noRoom(target, artifact, error);
    throw error;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  return { trial, artifact: { ...artifact, path: join(target, insideModel(artifact)) } };
}

function noRoom(target: string, { bytes }: Artifact, cause: unknown): StorageError {
  return new StorageError(`There is no room for the model in ${dirname(target)}.`, {
    details: [`it needs ${megabytes(bytes)} and a little more; what was there before is untouched`],
    fix: 'free some space, or export to a folder on another disk',
    cause,
  });
}

/** The artifact's path below `model/`. */
const insideModel = ({ path }: Artifact): string => path.slice(ATTEMPT_FILES.model.length + 1);

/** The model that a trial left, and the folder of the attempt that made it. @throws {NotFoundError} it is not on disk */
export async function findTrialModel(study: Study, storage: Storage, trial: CompleteTrial, runsDir: string) {
  const artifact = artifactOf(trial);
  const attempt = (await storage.listAttempts(trial.id)).at(-1);
  const fix = 'hpo optimize --keep-models 3 keeps the models of the best trials';
  if (artifact === null || attempt === undefined)
    throw new NotFoundError(`Trial ${trial.number} left no model.`, { fix });
  const attemptDir = join(trialFolder(runsDir, study.uuid, trial.number), String(attempt.attempt));
  const path = join(attemptDir, artifact.path);
  try {
    await assertInside(runsDir, join(attemptDir, ATTEMPT_FILES.model));
    await assertInside(join(attemptDir, ATTEMPT_FILES.model), path);
    // Links and special files inside are refused here, before anything is copied.
    await hashPath(join(attemptDir, ATTEMPT_FILES.model));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
    const details = [`it was ${path}`];
    throw new NotFoundError(`The model of trial ${trial.number} is no longer there.`, {
      details,
      fix,
      cause,
    });
  }
  return { artifact, attemptDir };
}

async function checkTarget(target: string, force: boolean): Promise<void> {
  const facts = await stat(target).catch(() => null);
  if (facts === null) return;
  if (!facts.isDirectory()) throw new UsageError(`${target} is a file; a model is a folder.`);
  const names = await readdir(target);
  if (names.length === 0) return;
  if (!force) throw new UsageError(`${target} is not empty.`, { fix: 'name another folder, or --force' });
  if (!names.includes('model.json')) {
    throw new UsageError(`${target} holds something else than an exported model; it is not replaced.`);
  }
}

async function checkCopy(dir: string, artifact: Artifact, trial: CompleteTrial): Promise<void> {
  const { sha256 } = await hashPath(join(dir, insideModel(artifact)));
  if (sha256 === artifact.sha256) return;
  throw new HpoError(`The model of trial ${trial.number} was changed after its training.`, {
    details: [`SHA-256 then ${artifact.sha256}`, `SHA-256 now  ${sha256}`],
  });
}

interface Origin {
  readonly study: Study;
  readonly trial: CompleteTrial;
  readonly artifact: Artifact;
  readonly attemptDir: string;
}

/** Adds to the `model.json` that the model wrote for itself what only the study knows. */
async function describeModel(dir: string, { study, trial, artifact, attemptDir }: Origin): Promise<void> {
  const own = (await readRecord<Record<string, unknown>>(dir, 'model.json')) ?? {};
  const request = await readRecord<AttemptRequest>(attemptDir, ATTEMPT_FILES.request);
  if (request !== null)
    await writeRecord(dir, ATTEMPT_FILES.request, { ...request, token: 'again', keepAbove: null });
  const { spec } = study;
  const card = {
    model: spec?.model,
    threshold: detailsOf(trial)['threshold'] ?? null,
    ...own,
    study: study.name,
    trial: trial.number,
    params: { ...spec?.fixed, ...trial.params },
    settings: spec?.settings,
    metrics: metricsOf(trial),
    values: trial.values,
    objectives: spec?.objectives,
    seed: request?.seed,
    studySeed: spec?.seed,
    data: spec?.data,
    versions: { hpo: await readVersion(), node: process.versions.node },
    artifact: { ...artifact, path: insideModel(artifact) },
    // Trains the same model again, from the request that lies beside this file.
    reproduce: request === null ? null : reproduceCommand(),
  };
  await writeFile(join(dir, 'model.json'), `${JSON.stringify(card, null, 2)}\n`);
}

function reproduceCommand(): string {
  const entry = fileURLToPath(new URL(`../trial/main${extname(import.meta.url)}`, import.meta.url));
  return `mkdir again && cp ${ATTEMPT_FILES.request} again && node '${entry}' again`;
}

async function readVersion(): Promise<string> {
  const manifest = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
