import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { HpoError } from '../../domain/errors.ts';
import { createRng, type Rng } from '../../domain/random.ts';
import { tinyTensors, writeTinyCheckpoint } from '../../testing/checkpoint-fixtures.ts';
import { torchLegacy, torchZip } from '../../testing/torch-fixtures.ts';
import { loadCheckpoint } from './load-checkpoint.ts';

/*
 * Valid files, changed at random: whatever comes out is either read or refused in a sentence. Anything else (a
 * RangeError, an endless loop, a gigabyte) is a defect. The seed is fixed; HPO_FUZZ_RUNS makes it go on for longer.
 */
const RUNS = Number(process.env['HPO_FUZZ_RUNS'] ?? 300);
/** Numbers that parsers trip over: signs, ends of ranges, sizes beyond any file. */
const ODD = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0xffffffff];

const torch = (write: typeof torchZip): Buffer =>
  write(
    tinyTensors().map(({ name, shape, values }) => ({
      name,
      shape,
      count: values.length,
      data: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
    })),
  );

async function mutate(
  t: Test,
  file: string,
  valid: (dir: string) => Buffer | Promise<Buffer>,
): Promise<void> {
  const dir = await writeTinyCheckpoint(t.testdir(), file === 'pytorch_model.bin' ? { tensors: null } : {});
  const original = await valid(dir);
  writeFileSync(join(dir, file), original);
  await loadCheckpoint(dir);
  let refused = 0;
  for (let run = 0; run < RUNS; run++) {
    writeFileSync(join(dir, file), changed(original, createRng(29, run, file)));
    const before = process.memoryUsage().arrayBuffers;
    const error = await loadCheckpoint(dir).then(
      () => null,
      (error: unknown) => error,
    );
    if (error !== null) refused++;
    if (error !== null && !(error instanceof HpoError))
      t.fail(`run ${run} of ${file}: ${String(error)}`, { error });
    if (process.memoryUsage().arrayBuffers - before > 64e6) t.fail(`run ${run} of ${file} took much memory`);
  }
  t.ok(refused > RUNS / 20, `${refused} of ${RUNS} were refused`);
}

/** One to four changes: bits, odd numbers, pieces cut out, doubled or moved, the end cut off. */
function changed(original: Buffer, rng: Rng): Buffer {
  let bytes = Buffer.from(original);
  // Headers, where the structure is, are most of what matters: half of the changes go to the ends of the file.
  const place = (): number => {
    const near = rng.integer(Math.min(bytes.length, 400));
    return [near, bytes.length - 1 - near, rng.integer(bytes.length), rng.integer(bytes.length)][
      rng.integer(4)
    ]!;
  };
  const changes: readonly (() => void)[] = [
    () => {
      bytes[place()]! ^= 1 << rng.integer(8);
    },
    () => {
      bytes.writeUInt32LE(ODD[rng.integer(ODD.length)]!, Math.min(place(), bytes.length - 4));
    },
    () => {
      bytes = bytes.subarray(0, place() + 1);
    },
    () => {
      const [from, to] = [place(), place()].sort((a, b) => a - b) as [number, number];
      bytes = Buffer.concat([bytes.subarray(0, from + 1), bytes.subarray(to)]);
    },
    () => {
      const from = place();
      const piece = bytes.subarray(from, from + 1 + rng.integer(64));
      const to = place();
      bytes = Buffer.concat([bytes.subarray(0, to), piece, bytes.subarray(to)]);
    },
  ];
  for (let n = rng.integer(4); n >= 0; n--) {
    if (bytes.length > 8) changes[rng.integer(changes.length)]!();
  }
  return bytes;
}

t.test('changed safetensors files are read or refused', async (t) => {
  await mutate(t, 'model.safetensors', (dir) => readFileSync(join(dir, 'model.safetensors')));
});

t.test('changed zip files of PyTorch are read or refused', async (t) => {
  await mutate(t, 'pytorch_model.bin', () => torch(torchZip));
});

t.test('changed pickles of the old layout are read or refused', async (t) => {
  await mutate(t, 'pytorch_model.bin', () => torch(torchLegacy));
});

t.test('changed vocabularies and configurations are read or refused', async (t) => {
  for (const file of ['vocab.txt', 'config.json']) {
    await t.test(file, (t) => mutate(t, file, (dir) => readFileSync(join(dir, file))));
  }
});
