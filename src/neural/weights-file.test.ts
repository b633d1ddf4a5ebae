import t from 'tap';
import { packWeights, unpackWeights, WeightsError } from './index.ts';

const WEIGHTS = {
  kernel: Float32Array.of(1.5, -2, Number.MIN_VALUE),
  ещё: new Float32Array(0),
  bias: Float32Array.of(3),
};

t.test('weights come back as they were, from any kind of bytes', async (t) => {
  const bytes = packWeights(WEIGHTS);
  t.same(unpackWeights(bytes), WEIGHTS);
  // A Buffer's slice is a view of a pool, at whatever offset.
  const pooled = Buffer.concat([Buffer.from('odd'), bytes]).subarray(3);
  t.same(unpackWeights(pooled), WEIGHTS);
});

t.test('what is no such file, or a piece of one, is refused', async (t) => {
  const bytes = packWeights(WEIGHTS);
  const refused = (broken: Uint8Array, why: RegExp) =>
    t.throws(() => unpackWeights(broken), { name: 'WeightsError', message: why });
  refused(new Uint8Array(0), /no saved weights/);
  refused(Buffer.from('PK\x03\x04 something else'), /no saved weights/);
  refused(bytes.subarray(0, 20), /header .* cut short/);
  refused(bytes.subarray(0, -1), /end within "bias"/);
  refused(Buffer.concat([bytes, Buffer.alloc(4)]), /4 bytes follow/);
  const garbled = bytes.slice();
  garbled[8] = 0;
  refused(garbled, /header .* cannot be read/);
  t.ok(new WeightsError('x') instanceof Error);
});
