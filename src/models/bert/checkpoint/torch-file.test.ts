import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import t from 'tap';
import {
  op,
  pickled,
  stateDictionary,
  type TorchTensor,
  torchLegacy,
  torchZip,
  zipBytes,
} from '../../../testing/torch-fixtures.ts';
import { openTorchFile } from './torch-file.ts';

const floats = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);
const words = (...values: number[]) => new Uint8Array(Uint16Array.from(values).buffer);

const TENSORS: readonly TorchTensor[] = [
  { name: 'plain', shape: [2, 3], count: 6, data: floats(1, 2, 3, 4, 5, 6) },
  { name: 'transposed', shape: [3, 2], strides: [1, 3], count: 6, data: floats(1, 2, 3, 4, 5, 6) },
  { name: 'part', shape: [2], offset: 3, count: 6, data: floats(0, 0, 0, 7, 8, 0) },
  { name: 'half', shape: [4], storage: 'HalfStorage', count: 4, data: words(0x3c00, 0xc000, 0x0001, 0x7bff) },
  { name: 'brain', shape: [2], storage: 'BFloat16Storage', count: 2, data: words(0x3f80, 0xc040) },
  { name: 'scalar', shape: [], count: 1, data: floats(9) },
  { name: 'empty', shape: [0, 3], count: 0, data: floats() },
  { name: 'whole', shape: [1], storage: 'LongStorage', count: 1, data: new Uint8Array(8) },
];

async function readAll(path: string): Promise<Record<string, number[]>> {
  const file = await openTorchFile(path);
  try {
    const read: Record<string, number[]> = {};
    for (const [name, tensor] of file.tensors)
      if (tensor.dtype !== 'I64') read[name] = [...(await tensor.read())];
    return read;
  } finally {
    await file.close();
  }
}

const EXPECTED = {
  plain: [1, 2, 3, 4, 5, 6],
  transposed: [1, 4, 2, 5, 3, 6],
  part: [7, 8],
  half: [1, -2, 2 ** -24, 65504],
  brain: [1, -3],
  scalar: [9],
  empty: [],
};

t.test('both layouts of PyTorch give the same numbers', async (t) => {
  const dir = t.testdir({ 'new.bin': torchZip(TENSORS), 'old.bin': torchLegacy(TENSORS) });
  t.same(await readAll(join(dir, 'new.bin')), EXPECTED);
  t.same(await readAll(join(dir, 'old.bin')), EXPECTED);
});

t.test('a zip file with 64-bit sizes is read', async (t) => {
  const entries = [
    { name: 'a/data.pkl', data: pickled(stateDictionary(TENSORS)) },
    ...TENSORS.map(({ data }, i) => ({ name: `a/data/${i}`, data })),
  ];
  const dir = t.testdir({ 'wide.bin': zipBytes(entries, { wide: true }) });
  t.same(await readAll(join(dir, 'wide.bin')), EXPECTED);
});

t.test('a pickle that runs a command is refused by that name, in either layout', async (t) => {
  const dir = t.testdir();
  const marker = join(dir, 'marker');
  const command = op.text(`touch ${marker}`);
  const attacks: Readonly<Record<string, Buffer>> = {
    'posix.system': pickled(op.call('posix.system', command)),
    'builtins.eval': pickled(
      Buffer.concat([
        op.text('builtins'),
        op.text('eval'),
        Buffer.from([0x93]),
        op.tupleOf(command),
        op.reduce,
      ]),
    ),
    'torch._utils.__builtins__': pickled(op.call('torch._utils.__builtins__', command)),
    '0x69': pickled(Buffer.concat([op.mark, command, Buffer.from('iposix\nsystem\n')])),
    '0x81': pickled(Buffer.concat([op.global('torch.Size'), op.tupleOf(command), Buffer.from([0x81])])),
  };
  for (const [name, pickle] of Object.entries(attacks)) {
    for (const [layout, bytes] of [
      ['zip', torchZip([], pickle)],
      ['old', torchLegacy([], pickle)],
      ['bare', pickle],
    ] as const) {
      const path = join(dir, `${layout}.bin`);
      writeFileSync(path, bytes);
      const error = await readAll(path).catch((error: unknown) => error as Error);
      t.match(error, { name: 'CheckpointError', details: ['nothing of it was run'] }, `${name}, ${layout}`);
      t.ok(error instanceof Error && error.message.includes(name), `${name} is named`);
    }
  }
  t.notOk(existsSync(marker));
});

t.test('calling a name that may not be called is refused', async (t) => {
  const dir = t.testdir({ 'x.bin': torchZip([], pickled(op.call('torch.FloatStorage', op.text('x')))) });
  await t.rejects(readAll(join(dir, 'x.bin')), { message: /calls what cannot be called/ });
});

t.test('tensors that claim more than their storage are refused before anything is allocated', async (t) => {
  const dir = t.testdir();
  const bad: readonly (readonly [RegExp, Partial<TorchTensor>])[] = [
    [/builds a tensor of 1000000 × 1000000 from 1 numbers/, { shape: [1e6, 1e6], strides: [0, 0] }],
    [/builds a tensor of 2 from 1 numbers/, { shape: [2] }],
    [/builds a tensor of 1 from 1 numbers/, { offset: 1 }],
    [/builds a tensor in a way/, { strides: [-1] }],
    [/builds a tensor in a way/, { strides: [1, 1] }],
    [/has 4 bytes where storage 0 claims 2000000000 numbers/, { shape: [2e9], count: 2e9 }],
  ];
  for (const [message, change] of bad) {
    const path = join(dir, 'bad.bin');
    writeFileSync(path, torchZip([{ name: 'x', shape: [1], count: 1, data: floats(1), ...change }]));
    await t.rejects(readAll(path), { name: 'CheckpointError', message });
  }
});

t.test('zip bombs and other odd zip files are refused', async (t) => {
  const dir = t.testdir();
  const pickle = {
    name: 'a/data.pkl',
    data: pickled(stateDictionary([{ name: 'x', shape: [1], count: 1, data: floats(1) }])),
  };
  const zeros = deflateRawSync(new Uint8Array(1e6));
  const number = { name: 'a/data/0', data: floats(1) };
  const files: readonly (readonly [RegExp, Buffer])[] = [
    [/a\/data\/0 compressed/, zipBytes([pickle, { ...number, data: zeros, method: 8, claimedSize: 1e6 }])],
    [/a\/data.pkl compressed/, zipBytes([{ ...pickle, method: 8 }, number])],
    [/a\/data\/0 compressed/, zipBytes([pickle, { ...number, claimedSize: 4e9 }])],
    [/a\/data\/0 encrypted/, zipBytes([pickle, { ...number, flags: 1 }])],
    [/is a damaged zip file/, zipBytes([pickle, { ...number, claimedOffset: 5 }])],
    [/ends too early/, zipBytes([pickle, { ...number, claimedOffset: 4e9 }])],
    [/holds a\/data\/0 twice/, zipBytes([pickle, number, number])],
    [/lacks the numbers of storage 0/, zipBytes([pickle])],
    [/is a zip file, but not of PyTorch/, zipBytes([number])],
    [/is a zip file, but not of PyTorch/, zipBytes([pickle, { ...pickle, name: 'b/data.pkl' }])],
    [/big-endian/, zipBytes([pickle, number, { name: 'a/byteorder', data: Buffer.from('big') }])],
    [/is a damaged zip file/, zipBytes([pickle, number]).subarray(0, -5)],
  ];
  for (const [message, bytes] of files) {
    const path = join(dir, 'odd.bin');
    writeFileSync(path, bytes);
    await t.rejects(readAll(path), { name: 'CheckpointError', message }, String(message));
  }
});

t.test('a pickle that would fill the memory ends early', async (t) => {
  const dir = t.testdir();
  const endless = pickled(Buffer.alloc(7_000_000, op.emptyDict));
  writeFileSync(join(dir, 'many.bin'), torchZip([], endless));
  await t.rejects(readAll(join(dir, 'many.bin')), { message: /takes more than 400000 steps/ });
  writeFileSync(join(dir, 'long.bin'), torchZip([], pickled(Buffer.alloc(9_000_000, op.none))));
  await t.rejects(readAll(join(dir, 'long.bin')), { message: /has a pickle of 9000003 bytes/ });
});

t.test('a file cut off anywhere is refused', async (t) => {
  const dir = t.testdir();
  for (const bytes of [torchZip(TENSORS), torchLegacy(TENSORS)]) {
    for (let length = 0; length < bytes.length; length += 101) {
      writeFileSync(join(dir, 'cut.bin'), bytes.subarray(0, length));
      await t.rejects(readAll(join(dir, 'cut.bin')), { name: 'CheckpointError' }, `${length} bytes`);
    }
  }
});

t.test('what is no dictionary of tensors is told so', async (t) => {
  const dir = t.testdir({
    'text.bin': torchZip([], pickled(op.text('hello'))),
    'nested.bin': torchZip(
      [],
      pickled(op.emptyDict, op.mark, op.text('epoch\u001b[2J'), op.int(3), op.setItems),
    ),
    'words.bin': 'root:x:0:0:root:/root:/bin/bash\n',
  });
  await t.rejects(readAll(join(dir, 'text.bin')), { message: /holds no dictionary of tensors/ });
  await t.rejects(readAll(join(dir, 'nested.bin')), { message: /holds under epoch�\[2J what is no tensor/ });
  const error = await readAll(join(dir, 'words.bin')).catch((error: unknown) => error as Error);
  t.match(error, { name: 'CheckpointError' });
  t.notMatch(String(error), /root/, 'nothing of the file is quoted');
});
