import { UsageError } from '../domain/errors.ts';
import { isJoint, splitModelNames } from '../domain/joint-models.ts';
import type { Model, Predictor } from '../domain/ports.ts';
import { readModelName } from './model-name.ts';

/** All models; each loads when it is first used, so that a trial imports its own only. */
export const MODELS = {
  fasttext: async () => (await import('./fasttext/index.ts')).model,
  linear: async () => (await import('./linear/index.ts')).model,
  lstm: async () => (await import('./lstm/index.ts')).model,
  command: async () => (await import('./command/index.ts')).model,
} satisfies Record<string, () => Promise<Model>>;

type ModelName = keyof typeof MODELS;

/** What stops a model's weak trials where nobody names another pruner: it must fit how the model's scores rise. */
const USUAL_PRUNERS: Partial<Record<ModelName, string>> = {
  // A neural trial is long: one that is weak after a third of its schedule is worth no more.
  lstm: 'asha',
  // A program's steps need not be shares of its schedule, which a rising bar goes by.
  command: 'median',
};
const USUAL_PRUNER = 'rising';
export const MODEL_NAMES = Object.keys(MODELS) as readonly ModelName[];

/**
 * A model by its name; several, joined by commas, are searched as one.
 * @throws {UsageError} naming the models that there are
 */
export async function loadModel(name: string): Promise<Model> {
  if (isJoint(name)) return loadJoint(name);
  if (isKnown(name)) return MODELS[name]();
  throw new UsageError(`No model "${name}".`, { details: [`known: ${MODEL_NAMES.join(', ')}`] });
}

async function loadJoint(text: string): Promise<Model> {
  const names = splitModelNames(orderModelNames(text));
  if (new Set(names).size < names.length) throw new UsageError(`"${text}" names a model twice.`);
  const members = await Promise.all(names.map(loadModel));
  const program = members.find(({ checkProgram }) => checkProgram !== undefined);
  if (program !== undefined) {
    throw new UsageError(`The model "${program.name}" cannot be searched together with others.`, {
      details: ['a program brings its own search space and metrics; the others have theirs'],
      fix: `a study of its own: --study NAME --model ${program.name}`,
    });
  }
  const { joinModels } = await import('./joint.ts');
  return joinModels(members);
}

/** One spelling for the same models: in the registry's order, without blanks. A single name stays as it is. */
export function orderModelNames(text: string): string {
  if (!isJoint(text)) return text;
  const place = (name: string): number => (isKnown(name) ? MODEL_NAMES.indexOf(name) : MODEL_NAMES.length);
  return splitModelNames(text)
    .toSorted((a, b) => place(a) - place(b))
    .join(',');
}

/** The usual pruner of a model by its name; of several models theirs, if it is the same one. */
export function usualPruner(model: string): string {
  const usual = splitModelNames(model).map((name) => (isKnown(name) && USUAL_PRUNERS[name]) || USUAL_PRUNER);
  return new Set(usual).size === 1 ? usual[0]! : USUAL_PRUNER;
}

const isKnown = (name: string): name is ModelName => Object.hasOwn(MODELS, name);

/** The exported model in `dir`, whichever it is. */
export async function loadPredictor(dir: string): Promise<Predictor> {
  const name = await readModelName(dir);
  return (await loadModel(name)).loadPredictor(dir);
}
