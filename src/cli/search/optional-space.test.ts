import t from 'tap';
import type { Params } from '../../domain/distribution.ts';
import type { SearchSpace } from '../../domain/search-space.ts';
import { addFixedChoices, addNamed, findIdleFixed } from './optional-space.ts';

const SPACE: SearchSpace = {
  loss: { type: 'categorical', choices: ['softmax', 'ova'] },
  wordNgrams: { type: 'int', low: 1, high: 5 },
  bucket: { type: 'int', low: 10, high: 20, when: { wordNgrams: { min: 2, max: 4 } } },
};
const OPTIONAL: SearchSpace = {
  loss: { type: 'categorical', choices: ['softmax', 'ova', 'hs', 'ns'] },
  neg: { type: 'int', low: 1, high: 50, when: { loss: ['ns'] } },
};

t.test('an optional parameter joins the space only when it is named', async (t) => {
  t.same(Object.keys(addNamed(SPACE, OPTIONAL, ['lr', 'loss'])), Object.keys(SPACE));
  const named = addNamed(SPACE, OPTIONAL, ['neg']);
  t.same(named['neg'], OPTIONAL['neg']);
  t.same(named['loss'], SPACE['loss'], 'what is there stays as it is');
});

t.test('a fixed choice joins where the model knows it', async (t) => {
  t.same(addFixedChoices(SPACE, OPTIONAL, { loss: 'hs' })['loss'], {
    type: 'categorical',
    choices: ['softmax', 'ova', 'hs'],
  });
  for (const fixed of [{ loss: 'ova' }, { loss: 'hinge' }, { wordNgrams: 9 }, { unknown: 1 }] as Params[])
    t.same(addFixedChoices(SPACE, OPTIONAL, fixed), SPACE);
});

t.test('a fixed parameter that can never take part is told', async (t) => {
  const space = addNamed(SPACE, OPTIONAL, ['neg']);
  t.same(findIdleFixed(space, { neg: 5 }), ['neg is fixed, but takes no part: it needs loss ns']);
  t.same(findIdleFixed(addFixedChoices(space, OPTIONAL, { loss: 'ns' }), { neg: 5, loss: 'ns' }), []);
  t.same(findIdleFixed(SPACE, { bucket: 12 }), []);
  t.same(findIdleFixed(SPACE, { bucket: 12, wordNgrams: 3 }), []);
  t.same(findIdleFixed(SPACE, { bucket: 12, wordNgrams: 5 }), [
    'bucket is fixed, but takes no part: it needs wordNgrams of at least 2 and wordNgrams of at most 4',
  ]);
});
