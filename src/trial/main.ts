import { runTrial } from './run-trial.ts';

/**
 * A trial's process: `node main.js ATTEMPT_DIR`. Loads its one model and, if the study has any, the data; none of the
 * command line's packages. Leaves by `process.exit`: a handle that a model forgot must not keep the slot.
 */
try {
  const dir = process.argv[2];
  if (dir === undefined) throw new Error('usage: main.js ATTEMPT_DIR');
  const code = await runTrial(dir, {
    loadModel: async (name) => (await import('../models/index.ts')).loadModel(name),
    openTrainingData: async (data, seed) =>
      (await import('../datasets/index.ts')).openTrainingData(data, seed),
    openFolds: async (data, options) => (await import('../datasets/index.ts')).openFolds(data, options),
  });
  process.exit(code);
} catch (error) {
  console.error(error);
  process.exit(1);
}
