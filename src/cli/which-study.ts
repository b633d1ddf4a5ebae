import { NotFoundError } from '../domain/errors.ts';
import type { Storage } from '../domain/ports.ts';
import { shellWord } from '../domain/shell-word.ts';
import type { Study } from '../domain/study.ts';

/**
 * The study a command speaks of: the one named (`--study`, `HPO_STUDY`), else the only one in the storage.
 * @throws {NotFoundError} none, or several and none named
 */
export async function findStudy(storage: Storage, name: string | undefined): Promise<Study> {
  const study = await findStudyIfAny(storage, name);
  if (study !== null) return study;
  throw new NotFoundError(`there is no study in ${storage.url} yet`, {
    fix: 'hpo optimize --n-trials 50 --model fasttext --train T --valid V',
  });
}

/** As {@link findStudy}, but null where the storage holds no study at all. */
export async function findStudyIfAny(storage: Storage, name: string | undefined): Promise<Study | null> {
  if (name !== undefined) return storage.loadStudy(name);
  const studies = await storage.listStudies();
  if (studies.length <= 1) return studies[0] ?? null;
  throw new NotFoundError(`there are ${studies.length} studies in ${storage.url}; which one?`, {
    details: [`it holds: ${studies.map(({ name }) => name.replace(/\s+/g, ' ')).join(', ')}`],
    fix: `--study ${shellWord(studies.at(-1)!.name)}, or set HPO_STUDY`,
  });
}
