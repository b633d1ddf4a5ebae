import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findLeaders } from '../domain/confirmation.ts';
import { artifactOf, type CompleteTrial } from '../domain/trial.ts';
import { folderOf, type Search, warn } from './search.ts';

export interface Leaders {
  /** By validation score; null: there is no complete trial. */
  readonly best: CompleteTrial | null;
  readonly leaders: readonly CompleteTrial[];
}

/** A leader without its model could not be handed over: it makes room for the next one. */
export async function chooseLeaders(search: Search): Promise<Leaders> {
  const { study, parts, options } = search;
  const all = findLeaders(study, await parts.storage.getTrials(study.id), Number.POSITIVE_INFINITY);
  const kept = await Promise.all(all.map((trial) => hasModel(search, trial)));
  const withModel = all.filter((_, i) => kept[i]);
  const chosen = (withModel.length > 0 ? withModel : all).slice(0, options.confirm);
  const worst = all.indexOf(chosen.at(-1)!);
  const lost = all.slice(0, worst).filter((trial) => !chosen.includes(trial));
  if (lost.length > 0) {
    const numbers = lost.map(({ number }) => number).join(', ');
    warn(
      search,
      `not confirmed, for their models were not kept: trials ${numbers} (--keep-models keeps more)`,
    );
  }
  return { best: all[0] ?? null, leaders: chosen };
}

async function hasModel(search: Search, trial: CompleteTrial): Promise<boolean> {
  const artifact = artifactOf(trial);
  if (artifact === null) return false;
  const attempt = (await search.parts.storage.listAttempts(trial.id)).at(-1)?.attempt ?? 0;
  return existsSync(join(folderOf(search, trial.number), String(attempt), artifact.path));
}
