import type { Storage } from '../domain/ports.ts';
import type { Study } from '../domain/study.ts';
import { computeImportance, type Importance, type ImportanceOptions } from '../importance/index.ts';

/** How much each parameter of a study matters; what `hpo importance` prints. @throws as {@link computeImportance} */
export async function importance(
  storage: Storage,
  study: Study,
  options: ImportanceOptions = {},
): Promise<Importance> {
  return computeImportance(study, await storage.getTrials(study.id), options);
}
