import t from 'tap';
import {
  activeDistributions,
  buildParams,
  findParamFaults,
  findSpaceFaults,
  isActive,
  type SearchSpace,
  topologicalOrder,
} from './search-space.ts';

/** The child stands before its parents on purpose. */
const space: SearchSpace = {
  maxnExtra: { type: 'int', low: 1, high: 3, when: { minn: { min: 1 } } },
  bucket: { type: 'int', low: 10, high: 99, when: [{ wordNgrams: { min: 2 } }, { minn: { min: 1 } }] },
  minn: { type: 'categorical', choices: [0, 2, 3] },
  wordNgrams: { type: 'int', low: 1, high: 5 },
  hashing: { type: 'categorical', choices: ['a', 'b'], when: { bucket: { min: 50 } } },
};

const build = (values: Record<string, number | string>): unknown =>
  buildParams(space, (name) => values[name]!);

t.test('children come after their parents', async (t) => {
  const order = topologicalOrder(space);
  for (const [child, parent] of [
    ['maxnExtra', 'minn'],
    ['bucket', 'wordNgrams'],
    ['hashing', 'bucket'],
  ]) {
    t.ok(order.indexOf(parent!) < order.indexOf(child!), `${parent} before ${child}`);
  }
});

t.test('an inactive parameter is absent, and so is what depends on it', async (t) => {
  t.same(build({ minn: 0, wordNgrams: 1 }), { minn: 0, wordNgrams: 1 });
  t.same(build({ minn: 0, wordNgrams: 2, bucket: 20 }), { minn: 0, wordNgrams: 2, bucket: 20 });
  t.same(build({ minn: 2, wordNgrams: 1, maxnExtra: 1, bucket: 60, hashing: 'b' }), {
    minn: 2,
    wordNgrams: 1,
    maxnExtra: 1,
    bucket: 60,
    hashing: 'b',
  });
});

t.test('all parts of a condition must hold, any of an array may', async (t) => {
  const both = { type: 'int', low: 0, high: 1, when: { a: [1, 2], b: { max: 0 } } } as const;
  t.equal(isActive(both, { a: 1, b: 0 }), true);
  t.equal(isActive(both, { a: 1, b: 1 }), false);
  t.equal(isActive(both, { a: 1 }), false, 'an absent parent never holds');
  t.equal(isActive({ ...both, when: [{ a: [1] }, { b: { min: 1 } }] }, { a: 3, b: 1 }), true);
});

t.test('a broken space is described parameter by parameter', async (t) => {
  t.same(findSpaceFaults(space), []);
  const faults = findSpaceFaults({
    a: { type: 'int', low: 3, high: 1 },
    b: { type: 'int', low: 0, high: 1, when: { nope: [1] } },
  });
  t.match(faults, [{ param: 'a' }, { param: 'b', fault: 'unknown parameter "nope"' }]);
  const cycle = {
    a: { type: 'int', low: 0, high: 1, when: { b: [1] } },
    b: { type: 'int', low: 0, high: 1, when: { a: [1] } },
  } as const;
  t.match(findSpaceFaults(cycle), [{ param: 'a', fault: 'leads back to itself' }, { param: 'b' }]);
});

t.test('params are checked against the space', async (t) => {
  t.same(findParamFaults(space, { minn: 0, wordNgrams: 1 }), []);
  const faults = findParamFaults(space, { minn: 1, wordNgrams: 9, what: 1 });
  t.match(faults.join('\n'), 'unknown parameter "what"');
  t.match(faults.join('\n'), '"minn" = 1 is outside');
  t.match(faults.join('\n'), '"wordNgrams" = 9 is outside');
  t.match(faults.join('\n'), '"bucket" has no value');
});

t.test('stored distributions carry no conditions', async (t) => {
  t.same(activeDistributions(space, { minn: 2, maxnExtra: 1 }), {
    minn: { type: 'categorical', choices: [0, 2, 3] },
    maxnExtra: { type: 'int', low: 1, high: 3 },
  });
});
