import t from 'tap';
import { modelContract } from '../testing/model-contract.ts';
import { loadModel, loadPredictor, MODELS } from './index.ts';

for (const [name, load] of Object.entries(MODELS)) {
  // A program of somebody else's trains what it likes: command/*.test.ts say what is promised there.
  if (name === 'command') continue;
  t.test(`${name} keeps the model contract`, (t) => {
    modelContract(t, name, load);
    t.end();
  });
}

t.test('an unknown model is refused with the known ones', async (t) => {
  const error = await loadModel('svm').catch((thrown: unknown) => thrown);
  t.match(error, { message: 'No model "svm".', details: [`known: ${Object.keys(MODELS).join(', ')}`] });
  await t.rejects(loadPredictor(t.testdir({ 'model.json': '{"model":"svm"}' })), {
    message: 'No model "svm".',
  });
});
