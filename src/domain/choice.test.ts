import t from 'tap';
import { createFrom, defineEntry, type OptionRules, parseOptions } from './choice.ts';

const rules = {
  nStartupTrials: { default: 5, min: 0, integer: true, about: 'trials before it acts' },
  share: { default: 0.5, min: 0, max: 1, about: 'a share' },
} satisfies OptionRules;
const choice = (options: Record<string, number | string>) => ({ name: 'median', options });

t.test('options that are not given take their defaults', async (t) => {
  t.same(parseOptions(choice({ share: 0.25 }), rules), { nStartupTrials: 5, share: 0.25 });
});

t.test('an unknown option or a value out of range is refused with the way out', async (t) => {
  t.throws(() => parseOptions(choice({ nStartup: 3 }), rules), {
    message: '"median" has no option "nStartup".',
    fix: 'its options: nStartupTrials, share',
  });
  t.throws(() => parseOptions(choice({ share: 1.5 }), rules), {
    message: '"median" cannot take share = 1.5.',
    fix: 'give a number from 0 to 1',
  });
  t.throws(() => parseOptions(choice({ nStartupTrials: 2.5 }), rules), {
    message: /nStartupTrials = 2.5/,
    fix: 'give a whole number of at least 0',
  });
  t.throws(() => parseOptions(choice({ share: 'half' }), rules), { message: /share = "half"/ });
});

t.test('an unknown name lists the known ones', async (t) => {
  const registry = {
    none: defineEntry('nothing', {}, () => 0),
    share: defineEntry('', rules, (o) => o.share),
  };
  t.equal(createFrom('pruner', registry, { name: 'share', options: { share: 0.25 } }), 0.25);
  t.throws(() => createFrom('pruner', registry, { name: 'toString', options: {} }), {
    message: 'No pruner "toString".',
    fix: 'use one of: none, share',
  });
  t.throws(() => createFrom('pruner', registry, { name: 'none', options: { n: 1 } }), {
    message: '"none" has no option "n".',
    fix: 'it has no options',
  });
});
