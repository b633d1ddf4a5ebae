import t from 'tap';
import { UsageError } from '../../domain/errors.ts';
import type { SearchSpace } from '../../domain/search-space.ts';
import { argsLayer } from './args-layer.ts';
import { parseAssignments } from './assignments.ts';
import { patchSpace } from './space-patch.ts';

t.test('an assignment is JSON where it can be read as such, else text', async (t) => {
  t.same(
    parseAssignments(
      ['lr=.5', 'loss=softmax', 'on=true', 'none=null', 'e=1e-3', 'q="7"', 'l=[1,2]', 's=a=b', 'x='],
      '--set',
    ),
    {
      lr: 0.5,
      loss: 'softmax',
      on: true,
      none: null,
      e: 0.001,
      q: '7',
      l: [1, 2],
      s: 'a=b',
      x: '',
    },
  );
  t.throws(() => parseAssignments(['lr'], '--fix'), UsageError);
  t.throws(() => parseAssignments(['=1'], '--fix'), UsageError);
  t.throws(() => parseAssignments(['a=1', 'a=2'], '--fix'), { message: '--fix sets "a" twice' });
  t.throws(() => parseAssignments(['__proto__=1'], '--fix'), UsageError);
  t.same(parseAssignments(['a={"__proto__":{"b":1}}'], '--set'), { a: {} });
});

t.test('options of a sampler belong to the one that was chosen before, until another is named', async (t) => {
  const lower = { sampler: { name: 'tpe', options: { a: 1 } }, pruner: { name: 'median', options: {} } };
  const samplerOf = (args: object) => argsLayer(args, new Map(), { space: null, lower }).values.sampler;
  t.equal(samplerOf({}), undefined);
  t.same(samplerOf({ samplerOption: ['b=2'] }), { name: 'tpe', options: { a: 1, b: 2 } });
  t.same(samplerOf({ sampler: 'random' }), { name: 'random', options: {} });
});

t.test('columns may be numbers, devices are a list without repetition', async (t) => {
  const read = (args: object) => argsLayer(args, new Map(), { space: null, lower: {} }).values;
  t.match(read({ textColumn: '2', labelColumn: 'label', gpus: '0, 3' }), {
    textColumn: 2,
    labelColumn: 'label',
    gpus: ['0', '3'],
  });
  t.throws(() => read({ gpus: '0,0' }), /twice/);
  t.throws(() => read({ gpus: ',' }), /no device/);
  t.throws(() => read({ fix: ['lr=[1]'] }), /one value/);
});

const space: SearchSpace = {
  lr: { type: 'float', low: 0.01, high: 1, log: true },
  dim: { type: 'int', low: 10, high: 100, when: { loss: ['ova'] } },
  loss: { type: 'categorical', choices: ['softmax', 'ova'] },
};
const patch = (change: Parameters<typeof patchSpace>[1]): SearchSpace =>
  patchSpace(space, change, (name) => `space.yaml: ${name}`);

t.test('a patch keeps what it leaves out while the type stays', async (t) => {
  t.same(patch({ lr: { low: 0.1 } })['lr'], { type: 'float', low: 0.1, high: 1, log: true });
  t.same(patch({ dim: { type: 'categorical', choices: [50, 100] } })['dim'], {
    type: 'categorical',
    choices: [50, 100],
    when: { loss: ['ova'] },
  });
  t.same(patch({ lr: { type: 'int', low: 1, high: 2 } })['lr'], { type: 'int', low: 1, high: 2 });
  t.same(Object.keys(patch({})), ['lr', 'dim', 'loss']);
});

t.test('a patch that gives no distribution is refused', async (t) => {
  t.throws(() => patch({ lrr: { low: 1 } }), { message: /no parameter "lrr" \(space.yaml: lrr\)/ });
  t.throws(() => patch({ lr: { low: 2 } }), /"lr": low 2 is above high 1/);
  t.throws(() => patch({ loss: { low: 2 } as object }), /categorical parameter has no low/);
  t.throws(() => patch({ loss: { type: 'int', low: 2 } }), /needs high/);
  t.throws(() => patch({ dim: { when: { nothing: [1] } } }), /unknown parameter "nothing"/);
});
