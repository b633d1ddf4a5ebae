import { UsageError } from '../../domain/errors.ts';
import type { Storage } from '../../domain/ports.ts';
import type { BoundStudy, Study } from '../../domain/study.ts';
import type { GlobalArgs } from '../command.ts';
import { findDefaultParams, findTransferred, withStorage } from '../compose.ts';
import type { Io } from '../output/io.ts';
import { plain } from '../output/plain.ts';

/** How many configurations of the other study are tried first. */
const COUNT = 5;
/** The source that a study began with: a system attribute. */
const WARM_ATTR = 'hpo:warm-start';
/** Of a trial: the study and number it was taken from. A user attribute. */
const MARK = 'warm_start';

/** Before anything is stored. @throws {UsageError} the study has trials that began otherwise */
export function checkWarmStart(
  source: string | undefined,
  { study, trials }: { readonly study: Study | null; readonly trials: readonly unknown[] },
): void {
  if (source === undefined || study === null || trials.length === 0 || hasBegunWith(study, source)) return;
  throw new UsageError(`study "${study.name}" has trials: too late for --warm-start`, {
    fix: 'leave it out, or begin another study: --study NAME; hpo enqueue adds single configurations',
  });
}

const hasBegunWith = (study: Study, source: string): boolean => study.systemAttrs[WARM_ATTR] === source;

/**
 * Puts the best configurations of another study first in line, with the model's own defaults behind them. A study that
 * has begun so already is left alone, so that the same command can be given again.
 * @param source `STUDY`, or `STUDY@STORAGE`
 */
export async function warmStart(
  storage: Storage,
  study: BoundStudy,
  { source, args, io }: { readonly source: string; readonly args: GlobalArgs; readonly io: Io },
): Promise<void> {
  if (hasBegunWith(study, source)) return;
  const [, name = source, url] = /^(.*)@([a-z]+:.+)$/s.exec(source) ?? [];
  const transfer = (from: Storage) => findTransferred(study, from, name, COUNT);
  const best =
    url === undefined
      ? await transfer(storage)
      : await withStorage({ ...args, storage: url }, { create: false, warn: io.warn }, transfer);
  if (best.length === 0) throw nothingFits(name, study);
  for (const { params, from } of best)
    await storage.enqueue(study.id, params, { [MARK]: { study: name, trial: from } });
  const defaults = await findDefaultParams(study);
  if (defaults !== null) await storage.enqueue(study.id, defaults);
  await storage.setStudyAttr(study.id, 'system', WARM_ATTR, source);
  const numbers = best.map(({ from }) => from).join(', ');
  io.note(plain(`warm start: trials ${numbers} of ${name} come first, then the model's own defaults`));
}

function nothingFits(name: string, study: BoundStudy): UsageError {
  return new UsageError(`study "${name}" has no complete trial with a parameter of study "${study.name}"`, {
    details: [`it has: ${Object.keys(study.spec.space).join(', ')}`],
    fix: 'search without --warm-start',
  });
}
