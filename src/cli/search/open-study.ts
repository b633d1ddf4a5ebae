import { isDeepStrictEqual } from 'node:util';
import { UsageError } from '../../domain/errors.ts';
import { splitModelNames } from '../../domain/joint-models.ts';
import type { Storage } from '../../domain/ports.ts';
import { OWN_MODEL, type Study, type StudySpec } from '../../domain/study.ts';
import type { FrozenTrial } from '../../domain/trial.ts';
import type { SearchArgs } from '../config/args-layer.ts';
import type { Config, Resolved } from '../config/config.ts';
import { describeGoals } from '../output/goals.ts';
import type { Io } from '../output/io.ts';
import { plain } from '../output/plain.ts';
import { findStudyIfAny } from '../which-study.ts';
import { type BoundSpec, bindSpec } from './bind-spec.ts';
import { BY_DATA, GIVEN_ATTR, readSettingFiles, resolveSettings } from './layers.ts';
import { type ResumedSpec, resumeSpec } from './resume-spec.ts';
import { countInside } from './space-change.ts';
import { stemOf } from './study-data.ts';

/** A study as it stands before this command, and everything that was set for it. */
export interface StudyAtHand extends Resolved {
  readonly name: string;
  /** Null: it is yet to be made. */
  readonly study: Study | null;
  readonly trials: readonly FrozenTrial[];
}

/** Finds the study that is meant and resolves all settings; changes nothing. @throws {UsageError} {NotFoundError} */
export async function lookUpStudy(storage: Storage | null, args: SearchArgs, io: Io): Promise<StudyAtHand> {
  const files = await readSettingFiles(args);
  const wanted = args.study ?? files.study?.values.study;
  const study = storage === null ? null : await findMeant(storage, wanted);
  const trials = study === null ? [] : await storage!.getTrials(study.id);
  const stored = study === null ? null : { study, hasTrials: trials.length > 0 };
  const resolved = resolveSettings(args, io, files, stored);
  // A name that is not there, and nothing to make a study of: more likely a typing error.
  if (wanted !== undefined && stored === null && resolved.config.model === undefined)
    await storage?.loadStudy(wanted);
  return { ...resolved, study, trials, name: study?.name ?? wanted ?? nameFor(resolved.config) };
}

/** A name that is not there yet is no mistake here: the study will be made. */
async function findMeant(storage: Storage, name: string | undefined): Promise<Study | null> {
  if (name === undefined) return findStudyIfAny(storage, name);
  return (await storage.listStudies()).find((study) => study.name === name) ?? null;
}

export function nameFor({ model, train }: Config): string {
  if (model === undefined) return 'study';
  const models = splitModelNames(model).join('-');
  return train === undefined ? models : `${models}-${stemOf(train)}`;
}

/** What is about to be stored, so that the study can be searched. Nothing is stored yet. */
export interface Binding<S extends StudySpec = BoundSpec> {
  readonly name: string;
  /** Null: it is to be made. */
  readonly study: Study | null;
  readonly spec: S;
  readonly dataChanges: readonly string[];
  readonly spaceChanges: readonly string[];
  /** Name of the study that the trials are copied into first; null: none. */
  readonly copyTo: string | null;
  /** Settings of the objective that a person chose; null in a study that has trials. */
  readonly given: readonly string[] | null;
}

/** Works out how the study at hand will be searched. @throws {UsageError} what stands against it */
export async function prepareBinding(
  atHand: StudyAtHand,
  io: Io,
  { allowDataChange, copyTo = null }: { readonly allowDataChange: boolean; readonly copyTo?: string | null },
): Promise<Binding> {
  const { study, name, trials, config } = atHand;
  if (study !== null && study.spec === null) throw foreignStudy(name);
  if (config.model === undefined) throw noModel();
  if (config.model === OWN_MODEL) throw ownStudy(name);
  const request = { ...atHand, stored: study?.spec ?? null, warn: io.warn };
  if (trials.length > 0) {
    const stored = request.stored as BoundSpec;
    const resumed = await resumeSpec({ ...request, stored, allowDataChange, copyTo });
    if (resumed.spaceChanges.length > 0) io.note(describeSpaceChange(resumed, trials));
    return { name, study, given: null, copyTo, ...resumed };
  }
  if (copyTo !== null) throw nothingToCopy();
  const spec = await bindSpec(request);
  io.note(describeBinding(name, spec, atHand));
  return { name, study, spec, dataChanges: [], spaceChanges: [], copyTo, given: listGiven(config) };
}

/** Stores a binding. */
export async function applyBinding<S extends StudySpec>(
  storage: Storage,
  binding: Binding<S>,
): Promise<Study & { readonly spec: S }> {
  const { name, study, spec, dataChanges, spaceChanges, given } = binding;
  if (study !== null && isDeepStrictEqual(study.spec, spec)) return { ...study, spec };
  const bound = await (study === null
    ? storage.createStudy({ name, spec })
    : storage.updateSpec(study.id, spec));
  if (given !== null) await storage.setStudyAttr(bound.id, 'system', GIVEN_ATTR, given);
  if (spaceChanges.length > 0)
    await storage.addEvent(bound.id, null, 'space-changed', { changes: spaceChanges });
  if (dataChanges.length > 0)
    await storage.addEvent(bound.id, null, 'data-changed', { changes: dataChanges });
  return { ...bound, spec };
}

function describeSpaceChange({ spec, spaceChanges }: ResumedSpec, trials: readonly FrozenTrial[]): string {
  const inside = countInside(trials, spec.space);
  return plain(
    `the search space changes: ${spaceChanges.join('; ')}; ${inside} of ${trials.length} trials lie in it and go on teaching`,
  );
}

function nothingToCopy(): UsageError {
  return new UsageError('--copy-to copies a study that has trials; this one has none', {
    fix: 'leave it out: without trials everything may change',
  });
}

/** What the data would decide, had a person not: other data may decide anew until there are trials. */
export function listGiven(config: Config): string[] {
  return BY_DATA.filter((key) => config[key] !== undefined);
}

function describeBinding(name: string, spec: BoundSpec, { config }: Resolved): string {
  const chosen = listGiven(config).length > 0 ? '' : ' (by the data; --metric and --average choose another)';
  const parameters = `${Object.keys(spec.space).length} parameters`;
  const facts =
    spec.context === null
      ? parameters
      : `${spec.context.nDocuments} training documents, ${spec.context.nLabels} labels, ${parameters}`;
  return `study ${plain(name)}: ${describeGoals(spec)}${chosen}\n  ${facts}`;
}

function foreignStudy(name: string): UsageError {
  return new UsageError(
    `study "${name}" was made by another program: hpo does not know its model and space`,
    {
      fix: 'search in a study of your own: --study NAME --model fasttext --train T --valid V',
    },
  );
}

function ownStudy(name: string): UsageError {
  return new UsageError(`the trials of study "${name}" are run by a program of your own`, {
    fix: `hpo ask --study ${name}, then hpo tell; or the library's optimizeFunction`,
  });
}

function noModel(): UsageError {
  return new UsageError('which model is to be searched?', {
    fix: 'hpo optimize --model fasttext --train T --valid V',
  });
}
