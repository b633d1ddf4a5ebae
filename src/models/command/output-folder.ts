import { readdir, rename, unlink } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import type { SavedModel } from '../../domain/ports.ts';
import { TrialFailure } from '../../domain/ports.ts';
import { assertInside, hashPath, ProtocolError } from '../../protocol/index.ts';

/** Its name in the attempt folder, and in the model's folder once it is kept. */
export const OUTPUT = 'output';

/**
 * The artifact's path within the output folder, or null for the whole of it. What is named must be there, lie inside for real
 * and hold no links.
 * @throws {TrialFailure} `bad-config`
 */
export async function checkArtifact(outputDir: string, named: string | null): Promise<string | null> {
  if (named === null) return null;
  const path = isAbsolute(named)
    ? relative(outputDir, named)
    : named.replace(/^(\.\/+)+/, '').replace(/\/+$/, '');
  if (path === '' || path === '.') return null;
  if (isAbsolute(path) || path.includes('\0') || path.split(/[/\\]/).includes('..'))
    throw refuse(named, 'lies outside HPO_OUTPUT_DIR');
  try {
    await assertInside(outputDir, join(outputDir, path));
    await hashPath(join(outputDir, path));
  } catch (error) {
    if (error instanceof ProtocolError)
      throw refuse(named, 'is, holds or lies behind a link or special file');
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? ''))
      throw refuse(named, 'is not in HPO_OUTPUT_DIR');
    throw error;
  }
  return path;
}

function refuse(named: string, fault: string): TrialFailure {
  return new TrialFailure('bad-config', `the artifact ${JSON.stringify(named)} ${fault}`);
}

/** Removes links, sockets and the like, which no export could copy. @returns how many */
export async function dropLinks(outputDir: string): Promise<number> {
  const entries = await readdir(outputDir, { recursive: true, withFileTypes: true });
  const odd = entries.filter((entry) => !entry.isFile() && !entry.isDirectory());
  for (const entry of odd) await unlink(join(entry.parentPath, entry.name));
  return odd.length;
}

/** Moves the output folder, as it is, into the model's folder. */
export async function keepOutput(
  outputDir: string,
  dir: string,
  artifact: string | null,
): Promise<SavedModel> {
  await rename(outputDir, join(dir, OUTPUT));
  const path = artifact === null ? OUTPUT : [OUTPUT, ...artifact.split(sep)].join('/');
  return { path, format: 'program-output' };
}
