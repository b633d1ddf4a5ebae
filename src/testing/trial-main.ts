import { runTrial } from '../trial/run-trial.ts';
import { createScriptedModel } from './scripted-model.ts';

// The entry of a test's trial processes: the product's own trial, but with a model that no registry offers.
const code = await runTrial(process.argv[2]!, {
  loadModel: async () => createScriptedModel(),
  openTrainingData: () => Promise.reject(new Error('no data in these tests')),
  openFolds: () => Promise.reject(new Error('no data in these tests')),
});
process.exit(code);
