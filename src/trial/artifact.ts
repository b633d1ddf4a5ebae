import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { TrainedModel } from '../domain/ports.ts';
import type { Artifact } from '../domain/trial.ts';
import { ATTEMPT_FILES, hashPath } from '../protocol/index.ts';

/** Saves a model into the attempt folder, whole or not at all, and says what it is. */
export async function saveArtifact(dir: string, model: TrainedModel): Promise<Artifact> {
  const target = join(dir, ATTEMPT_FILES.model);
  const temporary = `${target}.tmp`;
  await rm(temporary, { recursive: true, force: true });
  await mkdir(temporary, { mode: 0o700 });
  const saved = await model.save(temporary);
  await rm(target, { recursive: true, force: true });
  await rename(temporary, target);
  const { sha256, bytes } = await hashPath(join(target, saved.path));
  return { path: `${ATTEMPT_FILES.model}/${saved.path}`, format: saved.format, sha256, bytes };
}
