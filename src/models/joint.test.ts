import t from 'tap';
import type { Params } from '../domain/distribution.ts';
import { MODEL_PARAM } from '../domain/joint-models.ts';
import { TrialFailure } from '../domain/ports.ts';
import { createRng } from '../domain/random.ts';
import { findParamFaults, isActive } from '../domain/search-space.ts';
import { randomSampler } from '../samplers/random.ts';
import { modelContract } from '../testing/model-contract.ts';
import { handleOf, makeContext } from '../testing/training-fixtures.ts';
import { makeStudy } from '../testing/trial-fixtures.ts';
import { loadModel, usualPruner } from './index.ts';

const CONTEXT = { nLabels: 4, nDocuments: 1000, multiLabel: false };

t.test('several models joined keep the model contract', (t) => {
  modelContract(t, 'fasttext,linear', () => loadModel('linear, fasttext'));
  t.end();
});

t.test('each model keeps its space under its name, and takes part only while it is chosen', async (t) => {
  const joint = await loadModel('fasttext,linear');
  const space = joint.space(CONTEXT);
  t.same(space[MODEL_PARAM], { type: 'categorical', choices: ['fasttext', 'linear'] });
  for (const name of ['fasttext', 'linear']) {
    for (const [own, entry] of Object.entries((await loadModel(name)).space(CONTEXT))) {
      const { when: _, ...distribution } = space[`${name}.${own}`]!;
      const { when: __, ...expected } = entry;
      t.same(distribution, expected, `${name}.${own}`);
    }
  }
  const minn = { 'fasttext.minn': 2, 'fasttext.wordNgrams': 1 };
  const [extra, bucket] = [space['fasttext.maxnExtra']!, space['fasttext.bucket']!];
  t.ok(isActive(extra, { model: 'fasttext', ...minn }));
  t.notOk(isActive(extra, { model: 'linear', ...minn }), 'although its own condition holds');
  t.ok(isActive(bucket, { model: 'fasttext', 'fasttext.minn': 0, 'fasttext.wordNgrams': 2 }));
  t.notOk(isActive(bucket, { model: 'fasttext', 'fasttext.minn': 0, 'fasttext.wordNgrams': 1 }));
});

t.test("a drawn point holds the chosen model's parameters and no other's", async (t) => {
  const joint = await loadModel('fasttext,linear');
  const study = makeStudy(joint.space(CONTEXT));
  const seen = new Set<unknown>();
  for (let number = 0; number < 40; number++) {
    const params = await randomSampler().sample(study, [], createRng(1, number));
    const model = String(params[MODEL_PARAM]);
    seen.add(model);
    t.same(findParamFaults(study.spec.space, params), []);
    const others = Object.keys(params).filter(
      (name) => name !== MODEL_PARAM && !name.startsWith(`${model}.`),
    );
    t.same(others, []);
  }
  t.same(seen, new Set(['fasttext', 'linear']));
});

t.test('the models take turns with their first configurations', async (t) => {
  const joint = await loadModel('fasttext,linear');
  const models = joint.defaults(CONTEXT).map((params) => params[MODEL_PARAM]);
  t.same(models.slice(0, 4), ['fasttext', 'linear', 'fasttext', 'linear']);
  const [fasttext, linear] = await Promise.all([loadModel('fasttext'), loadModel('linear')]);
  t.equal(models.length, fasttext.defaults(CONTEXT).length + linear.defaults(CONTEXT).length);
});

t.test('memory is what the chosen model needs', async (t) => {
  const joint = await loadModel('fasttext,linear');
  const [first, second] = joint.defaults(CONTEXT) as [object, object];
  const [fasttext, linear] = await Promise.all([loadModel('fasttext'), loadModel('linear')]);
  const alone = [fasttext, linear].map((model) => model.predictMemory(model.defaults(CONTEXT)[0]!, CONTEXT));
  t.same([joint.predictMemory({ ...first }, CONTEXT), joint.predictMemory({ ...second }, CONTEXT)], alone);
  t.equal(joint.predictMemory({ 'linear.C': 1 }, CONTEXT), null);
});

t.test('what no model could use is refused', async (t) => {
  const joint = await loadModel('fasttext,linear');
  const data = handleOf([{ text: 'a b', labels: ['x'] }]);
  const unusable: Params[] = [{ model: 'svm' }, { 'linear.C': 1 }, { model: 'linear', C: 1 }];
  for (const params of unusable)
    await t.rejects(joint.train(params, { train: data, valid: data }, makeContext()), TrialFailure);
  t.doesNotThrow(() => joint.checkSettings?.({ 'linear.passes': 3 }));
  t.throws(() => joint.checkSettings?.({ passes: 3 }), { message: /"passes"/, fix: /--set linear\.passes/ });
  await t.rejects(loadModel('fasttext,command'), { message: /"command" cannot be searched together/ });
  await t.rejects(loadModel('linear,linear'), { message: /twice/ });
  await t.rejects(loadModel('linear,'), { message: /No model ""/ });
});

t.test(
  'a setting that several models share needs no name of one, and reaches those that have it',
  async (t) => {
    const joint = await loadModel('fasttext,lstm');
    t.doesNotThrow(() => joint.checkSettings?.({ engine: 'onnxruntime', 'lstm.checkpointSeconds': 9 }));
    t.throws(() => joint.checkSettings?.({ engine: 'steam' }), { message: /engine must be one of/ });
    t.throws(() => joint.checkSettings?.({ checkpointSeconds: 9 }), { message: /"checkpointSeconds"/ });
    const data = handleOf(
      Array.from({ length: 40 }, (_, i) => ({ text: `w${i % 2}`, labels: [`l${i % 2}`] })),
    );
    const params = { model: 'lstm', 'lstm.epochs': 4, 'lstm.hiddenSize': 8, 'lstm.embeddingDim': 8 };
    const settings = { engine: 'tfjs-node-gpu' };
    const training = joint.train(params, { train: data, valid: data }, makeContext({ settings }));
    await t.rejects(training, { message: /tfjs-node-gpu/ }, 'which is not installed here');
  },
);

t.test('models that are pruned in the same way are so together too', async (t) => {
  t.equal(usualPruner('lstm'), 'asha');
  t.equal(usualPruner('fasttext'), 'rising');
  t.equal(usualPruner('fasttext,linear'), 'rising');
  t.equal(usualPruner('fasttext,lstm'), 'rising');
  t.equal(usualPruner('command'), 'median');
});
