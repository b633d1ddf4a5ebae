import { runTrial } from '../trial/run-trial.ts';
import { createScriptedModel } from './scripted-model.ts';

// The entry of a test's trial processes: the product's own trial, with a model that no registry offers beside its own for
// any program.
const code = await runTrial(process.argv[2]!, {
  loadModel: async (name) =>
    name === 'command' ? (await import('../models/command/index.ts')).model : createScriptedModel(),
  openTrainingData: () => Promise.reject(new Error('no data in these tests')),
  openFolds: () => Promise.reject(new Error('no data in these tests')),
});
process.exit(code);
