import type { Params, ParamValue } from '../domain/distribution.ts';
import { TrialFailure } from '../domain/ports.ts';

/** Reads a configuration's values, whole and checked. */
export interface ParamReader {
  number(name: string, low: number, high?: number): number;
  whole(name: string, low: number, high?: number): number;
  choice<T extends ParamValue>(name: string, choices: readonly T[]): T;
  /** @throws {TrialFailure} always: `bad-config`, "the NAME model FAULT" */
  refuse(fault: string): never;
}

/**
 * @param model its name, for messages
 * @param defaults of every parameter that there is: what is not given is taken from here
 * @throws {TrialFailure} `bad-config` for a name that is not among them, and later for values that cannot be used
 */
export function createParamReader(model: string, params: Params, defaults: Params): ParamReader {
  const refuse = (fault: string): never => {
    throw new TrialFailure('bad-config', `the ${model} model ${fault}`);
  };
  const unknown = Object.keys(params).find((name) => !Object.hasOwn(defaults, name));
  if (unknown !== undefined) refuse(`has no parameter "${unknown}"`);
  const value = (name: string): ParamValue => params[name] ?? defaults[name]!;
  const number = (name: string, low: number, high = 1e15): number => {
    const found = value(name);
    if (typeof found === 'number' && found >= low && found <= high) return found;
    return refuse(`takes a ${name} from ${low} to ${high}, not ${JSON.stringify(found)}`);
  };
  return {
    refuse,
    number,
    whole(name, low, high) {
      const found = number(name, low, high);
      return Number.isInteger(found) ? found : refuse(`takes a whole ${name}, not ${found}`);
    },
    choice(name, choices) {
      const found = choices.find((choice) => choice === value(name));
      return found ?? refuse(`takes a ${name} of ${choices.join(', ')}, not ${JSON.stringify(value(name))}`);
    },
  };
}
