import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { safetensorsBytes } from '../../../testing/checkpoint-fixtures.ts';
import { goldenPath, skipWithoutGolden } from '../../../testing/golden.ts';
import { openSafetensors } from './safetensors.ts';
import { type NamedTensor, writeSafetensors } from './write-safetensors.ts';

async function readAll(path: string): Promise<NamedTensor[]> {
  const file = await openSafetensors(path);
  try {
    const tensors: NamedTensor[] = [];
    for (const { name, shape, read } of file.tensors.values())
      tensors.push({ name, shape, values: await read() });
    return tensors;
  } finally {
    await file.close();
  }
}

const bytesOf = (array: NodeJS.ArrayBufferView) =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

t.test('what is written is read again, in order of the names', async (t) => {
  const path = join(t.testdir(), 'model.safetensors');
  const tensors = [
    { name: 'b', shape: [2, 2], values: Float32Array.of(1, -2, 3e38, 1e-45) },
    { name: 'a.ключ', shape: [], values: Float32Array.of(7) },
    { name: 'c', shape: [0, 4], values: new Float32Array() },
  ];
  await writeSafetensors(path, tensors);
  t.same(await readAll(path), [tensors[1], tensors[0], tensors[2]]);
  const header = readFileSync(path).readBigUInt64LE();
  t.equal(header % 8n, 0n, 'the numbers can be mapped');
  await t.rejects(writeSafetensors(path, tensors), { code: 'EEXIST' }, 'nothing is overwritten');
});

t.test('16-bit and 64-bit numbers become float32', async (t) => {
  const data = Buffer.concat([
    bytesOf(Uint16Array.of(0x3c00, 0xbc00, 0x0001, 0x8000, 0x7c00)),
    bytesOf(Uint16Array.of(0x3f80, 0x4049)),
    bytesOf(Float64Array.of(0.1)),
  ]);
  const header = {
    half: { dtype: 'F16', shape: [5], data_offsets: [0, 10] },
    brain: { dtype: 'BF16', shape: [2], data_offsets: [10, 14] },
    double: { dtype: 'F64', shape: [1], data_offsets: [14, 22] },
  };
  const path = join(t.testdir({ 'x.safetensors': safetensorsBytes(header, data) }), 'x.safetensors');
  const read = Object.fromEntries((await readAll(path)).map(({ name, values }) => [name, [...values]]));
  t.same(read['half'], [1, -1, 2 ** -24, -0, Number.POSITIVE_INFINITY]);
  t.same(read['brain'], [1, 3.140625]);
  t.same(read['double'], [Math.fround(0.1)]);
});

t.test('whole numbers are listed, and refused where weights are asked for', async (t) => {
  const header = { ids: { dtype: 'I64', shape: [1], data_offsets: [0, 8] } };
  const path = join(
    t.testdir({ 'x.safetensors': safetensorsBytes(header, new Uint8Array(8)) }),
    'x.safetensors',
  );
  await t.rejects(readAll(path), { message: /holds ids as I64, not as floating-point numbers/ });
});

t.test('a damaged or hostile file is refused with a reason, and nothing big is allocated', async (t) => {
  const path = join(t.testdir(), 'bad.safetensors');
  const entry = (begin: number, end: number, shape = [1], dtype = 'F32') => ({
    dtype,
    shape,
    data_offsets: [begin, end],
  });
  const tenGigabytes = Buffer.alloc(64);
  tenGigabytes.writeBigUInt64LE(10_000_000_000n);
  const endless = Buffer.alloc(64, 0xff);
  const eight = new Uint8Array(8);
  const files: readonly (readonly [RegExp, Uint8Array])[] = [
    [/claims a header of 10000000000 bytes/, tenGigabytes],
    [/claims a header of 18446744073709551615 bytes/, endless],
    [/claims a header of 1000 bytes/, Buffer.concat([Buffer.from([0xe8, 3]), Buffer.alloc(62)])],
    [/is too short/, Buffer.from('abc')],
    [/header that is no JSON object/, safetensorsBytes('root:x:0:0')],
    [/header that is no JSON object/, safetensorsBytes([1])],
    [/is not valid UTF-8/, Buffer.concat([safetensorsBytes('xx').subarray(0, 8), Buffer.from([0xff, 0xfe])])],
    [/has b overlap another tensor/, safetensorsBytes({ a: entry(0, 4), b: entry(2, 6) }, eight)],
    [/has b overlap another tensor/, safetensorsBytes({ a: entry(0, 8, [2]), b: entry(0, 8, [2]) }, eight)],
    [/has a gap before b/, safetensorsBytes({ a: entry(0, 2, [1], 'F16'), b: entry(4, 8) }, eight)],
    [/has a gap before a/, safetensorsBytes({ a: entry(4, 8) }, eight)],
    [/goes on behind its last tensor/, safetensorsBytes({ a: entry(0, 4) }, eight)],
    [/ends too early/, safetensorsBytes({ a: entry(0, 16, [4]) }, eight)],
    [/ends too early/, safetensorsBytes({ a: entry(0, 4e12, [1e6, 1e6]) }, eight)],
    [/describes a in a way that cannot be/, safetensorsBytes({ a: entry(0, 8, [3]) }, eight)],
    [/describes a in a way that cannot be/, safetensorsBytes({ a: entry(0, 8, [2], 'F31') }, eight)],
    [/describes a in a way that cannot be/, safetensorsBytes({ a: entry(8, 0, [-2]) }, eight)],
    [/describes a in a way that cannot be/, safetensorsBytes({ a: null }, eight)],
    [/describes a�\[2J in a way/, safetensorsBytes({ 'a\u001b[2J': [] }, eight)],
  ];
  for (const [message, bytes] of files) {
    writeFileSync(path, bytes);
    const before = process.memoryUsage();
    await t.rejects(openSafetensors(path), { name: 'CheckpointError', message }, String(message));
    t.ok(process.memoryUsage().arrayBuffers - before.arrayBuffers < 1e7);
  }
});

t.test('a link to a file is followed; what is no file is refused', async (t) => {
  const dir = t.testdir();
  await writeSafetensors(join(dir, 'blob'), [{ name: 'a', shape: [1], values: Float32Array.of(1) }]);
  symlinkSync('blob', join(dir, 'model.safetensors'));
  symlinkSync('nowhere', join(dir, 'dangling'));
  symlinkSync('loop', join(dir, 'loop'));
  symlinkSync('/dev/zero', join(dir, 'zero'));
  mkdirSync(join(dir, 'folder'));
  t.equal((await readAll(join(dir, 'model.safetensors'))).length, 1);
  for (const [name, message] of [
    ['dangling', /is not there/],
    ['loop', /is a link that leads to itself/],
    ['zero', /is no regular file/],
    ['folder', /is no regular file/],
  ] as const) {
    await t.rejects(openSafetensors(join(dir, name)), { name: 'CheckpointError', message });
  }
});

t.test(
  'a checkpoint of others, written again, holds the same',
  { skip: skipWithoutGolden('bert') },
  async (t) => {
    const path = join(t.testdir(), 'again.safetensors');
    for (const name of ['bert-tiny-random-ru', 'bert-tiny-sst2-real-layers']) {
      const original = goldenPath(`bert/${name}/classifier3.safetensors`);
      const tensors = await readAll(original);
      await writeSafetensors(`${path}.${name}`, tensors);
      t.same(await readAll(`${path}.${name}`), tensors);
    }
  },
);
