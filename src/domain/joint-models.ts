import type { Params } from './distribution.ts';
import type { Json } from './trial.ts';

/*
 * A study may search over several models at once. Its spec names them all, `fasttext,linear`; which one a trial trains is
 * a parameter like any other, and the parameters of each model carry its name: `fasttext.lr`, `linear.C`.
 */

/** The parameter that chooses the model. */
export const MODEL_PARAM = 'model';

/** `fasttext,linear` → both names, as they stand there. */
export function splitModelNames(text: string): string[] {
  return text.split(',').map((name) => name.trim());
}

export function isJoint(model: string): boolean {
  return model.includes(',');
}

export const prefixed = (model: string, name: string): string => `${model}.${name}`;

/** Of values by prefixed name those of one model, by its own names. */
export function valuesOf<V extends Json>(
  model: string,
  values: Readonly<Record<string, V>>,
): Record<string, V> {
  const start = prefixed(model, '');
  const own = Object.entries(values).filter(([name]) => name.startsWith(start));
  return Object.fromEntries(own.map(([name, value]) => [name.slice(start.length), value]));
}

/** A model's own values under prefixed names, with the choice of the model. */
export function joinParams(model: string, params: Params): Params {
  const own = Object.entries(params).map(([name, value]) => [prefixed(model, name), value]);
  return { [MODEL_PARAM]: model, ...Object.fromEntries(own) };
}
