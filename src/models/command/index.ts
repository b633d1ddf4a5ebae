import { UsageError } from '../../domain/errors.ts';
import type { Model } from '../../domain/ports.ts';
import { checkTemplate } from './argv-template.ts';
import { parseSettings } from './settings.ts';
import { trainByCommand } from './train.ts';

/** A program in any language, run once a trial. */
export const model: Model = {
  name: 'command',
  description: 'your own program, in any language',
  space: () => ({}),
  defaults: () => [],
  resampling: null,
  predictMemory: () => null,
  train: trainByCommand,
  loadPredictor: async (dir) => {
    throw new UsageError(
      'a command model has no predictor: only your own program knows how to use what it made',
      {
        details: [`its files are in ${dir}/output`],
      },
    );
  },
  checkProgram: ({ space, fixed, settings }) => {
    const names = Object.keys(space);
    const isConditional = (name: string): boolean =>
      space[name]!.when !== undefined && !Object.hasOwn(fixed, name);
    checkTemplate(parseSettings(settings).template, {
      active: [...names.filter((name) => !isConditional(name)), ...Object.keys(fixed)],
      conditional: names.filter(isConditional),
    });
  },
};
