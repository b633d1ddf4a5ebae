import type { Params, ParamValue } from '../../domain/distribution.ts';
import { TrialFailure } from '../../domain/ports.ts';
import { NORMALISATIONS, type Normalisation } from '../../text/normalise.ts';
import { affordableFeatures, linearDefaults } from './search-space.ts';
import type { TfidfOptions } from './tfidf.ts';

/** A configuration, whole and checked. */
export interface LinearParams {
  readonly normalise: Normalisation;
  readonly tfidf: TfidfOptions;
  /** Weight of the data against the penalty, as scikit-learn's C. */
  readonly C: number;
  /** 0: every document counts the same; 1: every label as much as any other. */
  readonly balance: number;
}

/**
 * Any set of the space's parameters, the rest as in the first defaults.
 * @throws {TrialFailure} a value that cannot be trained with
 */
export function parseLinearParams(params: Params, nLabels: number): LinearParams {
  const read = createReader(params, {
    ...linearDefaults({ nLabels })[0],
    charMin: 2,
    charExtra: 3,
    charShare: 0.5,
  });
  const charMin = read.whole('charMin', 1, 50);
  const charMax = charMin + read.whole('charExtra', 0, 50);
  const charNgrams = read.choice('charNgrams', [true, false]);
  const wordNgrams = read.whole('wordNgrams', 0, 10);
  if (wordNgrams === 0 && !charNgrams)
    refuse('needs words or characters: wordNgrams is 0, charNgrams is off');
  return {
    normalise: read.choice('normalise', NORMALISATIONS),
    tfidf: {
      wordNgrams,
      charNgrams: charNgrams ? { min: charMin, max: charMax } : null,
      charShare: read.number('charShare', 0, 1),
      sublinear: read.choice('sublinear', [true, false]),
      minDf: read.whole('minDf', 1),
      maxFeatures: Math.min(read.whole('maxFeatures', 1), affordableFeatures(nLabels)),
    },
    C: read.number('C', 1e-9),
    balance: read.number('balance', 0, 10),
  };
}

function createReader(params: Params, defaults: Params) {
  const unknown = Object.keys(params).find((name) => !Object.hasOwn(defaults, name));
  if (unknown !== undefined) refuse(`has no parameter "${unknown}"`);
  const value = (name: string): ParamValue => params[name] ?? defaults[name]!;
  const number = (name: string, low: number, high = 1e15): number => {
    const found = value(name);
    if (typeof found === 'number' && found >= low && found <= high) return found;
    return refuse(`takes a ${name} from ${low} to ${high}, not ${JSON.stringify(found)}`);
  };
  return {
    number,
    whole(name: string, low: number, high?: number): number {
      const found = number(name, low, high);
      return Number.isInteger(found) ? found : refuse(`takes a whole ${name}, not ${found}`);
    },
    choice<T extends ParamValue>(name: string, choices: readonly T[]): T {
      const found = choices.find((choice) => choice === value(name));
      return found ?? refuse(`takes a ${name} of ${choices.join(', ')}, not ${JSON.stringify(value(name))}`);
    },
  };
}

function refuse(fault: string): never {
  throw new TrialFailure('bad-config', `the linear model ${fault}`);
}
