import type { Weights } from './network.ts';
import type { Heap } from './optimizer/heap.ts';
import { readParameter, type StoredParameter, writeParameter } from './optimizer/parameters.ts';
import { packWeights, unpack, WeightsError } from './weights-file.ts';

/** What must be kept besides weights and moments so that a training goes on as if it had never stopped. */
interface Facts {
  readonly steps: number;
  readonly seed: number;
  readonly updates: Readonly<Record<string, number>>;
}

const PLACES = [
  ['weights', 'weights'],
  ['first', 'first moment'],
  ['second', 'second moment'],
] as const;

/** All sparse rows must be up to date. */
export function packState(
  heap: Heap,
  parameters: readonly StoredParameter[],
  counts: Omit<Facts, 'updates'>,
): Uint8Array {
  const arrays: Record<string, Float32Array> = {};
  for (const [place] of PLACES) {
    for (const parameter of parameters)
      arrays[`${place}/${parameter.name}`] = readParameter(heap, parameter, parameter[place]);
  }
  return packWeights(arrays, {
    ...counts,
    updates: Object.fromEntries(parameters.map(({ name, steps }) => [name, steps])),
  });
}

/** @throws WeightsError when the state is of another network; nothing is changed then */
export function restoreState(
  heap: Heap,
  parameters: readonly StoredParameter[],
  bytes: Uint8Array,
): Omit<Facts, 'updates'> {
  const { weights: arrays, facts } = unpack(bytes);
  const { steps, seed, updates } = facts as Partial<Facts>;
  if (typeof steps !== 'number' || typeof seed !== 'number' || !updates)
    throw new WeightsError('These weights are no training state.');
  for (const [place, what] of PLACES) checkArrays(parameters, arrays, { prefix: `${place}/`, what });
  for (const parameter of parameters) {
    for (const [place] of PLACES)
      writeParameter(heap, parameter, parameter[place], arrays[`${place}/${parameter.name}`]!);
    parameter.steps = updates[parameter.name] ?? 0;
  }
  return { steps, seed };
}

export function checkArrays(
  parameters: readonly StoredParameter[],
  arrays: Weights,
  { prefix = '', what = 'weights' }: { readonly prefix?: string; readonly what?: string } = {},
): void {
  for (const { name, size } of parameters) {
    const given = arrays[prefix + name];
    if (!given) throw new WeightsError(`There is no "${name}" among the ${what}.`);
    if (given.length !== size) {
      throw new WeightsError(
        `"${name}" has ${given.length} numbers among the ${what}, this network's has ${size}.`,
      );
    }
  }
}
