import { join } from 'node:path';
import t from 'tap';
import { NotFoundError, UsageError } from '../domain/errors.ts';
import { loadModel, loadPredictor, MODEL_NAMES } from './index.ts';

t.test('every registered model loads under its own name', async (t) => {
  for (const name of MODEL_NAMES) t.equal((await loadModel(name)).name, name);
});

t.test('an unknown model is refused with the known ones', async (t) => {
  await t.rejects(loadModel('toString'), { name: 'UsageError', details: [/fasttext/] });
});

t.test('a folder without a model says how to get one', async (t) => {
  const dir = t.testdir({ broken: { 'model.json': '{' }, odd: { 'model.json': '[]' } });
  await t.rejects(loadPredictor(dir), NotFoundError);
  await t.rejects(loadPredictor(join(dir, 'broken')), UsageError);
  await t.rejects(loadPredictor(join(dir, 'odd')), UsageError);
});
