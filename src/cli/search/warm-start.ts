import type { Params } from '../../domain/distribution.ts';
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

interface Source {
  /** `STUDY`, or `STUDY@STORAGE`. */
  readonly source: string;
  readonly args: GlobalArgs;
  readonly io: Io;
}

/**
 * Before anything is stored.
 * @param storage this study's; null: it is yet to be made
 * @throws {UsageError} the study has trials that began otherwise @throws {NotFoundError} there is no such source
 */
export async function checkWarmStart(
  storage: Storage | null,
  { study, trials }: { readonly study: Study | null; readonly trials: readonly unknown[] },
  from: Source,
): Promise<void> {
  if (study !== null && hasBegunWith(study, from.source)) return;
  if (study !== null && trials.length > 0)
    throw new UsageError(`study "${study.name}" has trials: too late for --warm-start`, {
      fix: 'leave it out, or begin another study: --study NAME; hpo enqueue adds single configurations',
    });
  await readSource(storage, from, (other, name) => other.loadStudy(name));
}

const hasBegunWith = (study: Study, source: string): boolean => study.systemAttrs[WARM_ATTR] === source;

async function readSource<T>(
  storage: Storage | null,
  { source, args, io }: Source,
  read: (from: Storage, name: string) => Promise<T>,
): Promise<T> {
  const [, name = source, url = args.storage] = /^(.*)@([a-z]+:.+)$/s.exec(source) ?? [];
  if (storage !== null && url === args.storage) return read(storage, name);
  return withStorage({ ...args, storage: url }, { create: false, warn: io.warn }, (from) => read(from, name));
}

/**
 * Puts the best configurations of another study first in line, with the model's own defaults behind them. A study that
 * has begun so already is left alone, so that the same command can be given again.
 */
export async function warmStart(storage: Storage, study: BoundStudy, from: Source): Promise<void> {
  if (hasBegunWith(study, from.source)) return;
  const { name, best } = await readSource(storage, from, async (other, name) => ({
    name,
    best: await findTransferred(study, other, name, COUNT),
  }));
  if (best.length === 0) throw nothingFits(name, study);
  for (const { params, from } of best)
    await storage.enqueue(study.id, params, { [MARK]: { study: name, trial: from } });
  const defaults = await findDefaultParams(study);
  const isThere = defaults !== null && best.some(({ params }) => isSame(study, params, defaults));
  if (defaults !== null && !isThere) await storage.enqueue(study.id, defaults);
  await storage.setStudyAttr(study.id, 'system', WARM_ATTR, from.source);
  const numbers = best.map(({ from }) => from).join(', ');
  const behind = defaults === null || isThere ? '' : ", then the model's own defaults";
  from.io.note(plain(`warm start: trials ${numbers} of ${name} come first${behind}`));
}

/** Whether what was transferred will run as `defaults`: the study's fixed values are in those alone. */
function isSame({ spec: { fixed } }: BoundStudy, transferred: Params, defaults: Params): boolean {
  return Object.entries(defaults).every(
    ([name, value]) => Object.hasOwn(fixed, name) || transferred[name] === value,
  );
}

function nothingFits(name: string, study: BoundStudy): UsageError {
  return new UsageError(`study "${name}" has no complete trial with a parameter of study "${study.name}"`, {
    details: [`it has: ${Object.keys(study.spec.space).join(', ')}`],
    fix: 'search without --warm-start',
  });
}
