import t from 'tap';
import { samplerContract } from '../testing/sampler-contract.ts';
import { createSampler, SAMPLERS } from './index.ts';

for (const name of Object.keys(SAMPLERS)) {
  t.test(`${name} keeps the sampler contract`, (t) => {
    samplerContract(t, () => createSampler({ name, options: {} }));
    t.end();
  });
}

t.test('an unknown sampler or option is refused with the known ones', async (t) => {
  t.throws(() => createSampler({ name: 'bayes', options: {} }), {
    message: 'No sampler "bayes".',
    fix: `use one of: ${Object.keys(SAMPLERS).join(', ')}`,
  });
  t.throws(() => createSampler({ name: 'random', options: { n: 1 } }), {
    message: '"random" has no option "n".',
  });
});
