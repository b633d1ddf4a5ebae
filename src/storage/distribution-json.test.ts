import t from 'tap';
import { StorageError } from '../domain/errors.ts';
import { decodeParam, encodeParam, formatDistribution, parseDistribution } from './distribution-json.ts';

/** As Optuna 4.9 wrote them into its own database. */
const WRITTEN = [
  [
    { type: 'float', low: 1e-5, high: 0.1, log: true },
    '{"name": "FloatDistribution", "attributes": {"step": null, "low": 1e-05, "high": 0.1, "log": true}}',
  ],
  [
    { type: 'float', low: 0, high: 0.5, step: 0.05 },
    '{"name": "FloatDistribution", "attributes": {"step": 0.05, "low": 0.0, "high": 0.5, "log": false}}',
  ],
  [
    { type: 'int', low: 8, high: 256, log: true },
    '{"name": "IntDistribution", "attributes": {"log": true, "step": 1, "low": 8, "high": 256}}',
  ],
  [
    { type: 'int', low: 1, high: 9, step: 2 },
    '{"name": "IntDistribution", "attributes": {"log": false, "step": 2, "low": 1, "high": 9}}',
  ],
  [
    { type: 'categorical', choices: ['sgd', 'adam', null, true, 1, 2.5] },
    '{"name": "CategoricalDistribution", "attributes": {"choices": ["sgd", "adam", null, true, 1, 2.5]}}',
  ],
] as const;

t.test('distributions are written and read letter for letter as Optuna does', async (t) => {
  for (const [distribution, json] of WRITTEN) {
    t.equal(formatDistribution(distribution), json);
    t.same(parseDistribution(json), distribution);
  }
});

t.test('the five names from before Optuna 3 are read', async (t) => {
  const legacy = (name: string, attributes: object): unknown =>
    parseDistribution(JSON.stringify({ name, attributes }));
  t.same(legacy('UniformDistribution', { low: 0, high: 1 }), { type: 'float', low: 0, high: 1 });
  t.same(legacy('LogUniformDistribution', { low: 0.1, high: 1 }), {
    type: 'float',
    low: 0.1,
    high: 1,
    log: true,
  });
  t.same(legacy('DiscreteUniformDistribution', { low: 0, high: 1, q: 0.25 }), {
    type: 'float',
    low: 0,
    high: 1,
    step: 0.25,
  });
  t.same(legacy('IntUniformDistribution', { low: 1, high: 9, step: 2 }), {
    type: 'int',
    low: 1,
    high: 9,
    step: 2,
  });
  t.same(legacy('IntLogUniformDistribution', { low: 1, high: 9, step: 1 }), {
    type: 'int',
    low: 1,
    high: 9,
    log: true,
  });
});

t.test('an unknown distribution is an error that shows it', async (t) => {
  for (const json of [
    '{"name": "BetaDistribution", "attributes": {}}',
    '{"name": "constructor"}',
    'null',
    '{',
  ]) {
    t.throws(() => parseDistribution(json), StorageError);
  }
});

t.test('a categorical value is stored as its index, an int as a float', async (t) => {
  const choices = { type: 'categorical', choices: ['a', null, true] } as const;
  t.equal(encodeParam(choices, null), 1);
  t.equal(decodeParam(choices, 2), true);
  t.equal(encodeParam(choices, 'b'), null);
  t.equal(decodeParam({ type: 'int', low: 0, high: 9 }, 2.0000000001), 2);
});
