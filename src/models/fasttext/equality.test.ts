import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { createRng } from '../../domain/random.ts';
import { completeArgs, type FastTextArgs } from './args.ts';
import { tokenise } from './corpus.ts';
import { writeModelFile } from './model-file.ts';
import { planTraining, Training } from './training.ts';
import { writeVectorsFile } from './vectors-file.ts';

const LATIN =
  'the of to and a in is it you that he was for on are with as his they be at one have this'.split(' ');
const CYRILLIC = 'ёж и не на я что тот быть с весь это как она по но они к у мы из за свой ещё её'.split(' ');

/** Lines with skewed word frequencies and so many ties in the counts. */
function sampleLines(options: {
  lines: number;
  labels: number;
  words?: string[];
  perLine?: number;
  multi?: boolean;
}) {
  const { lines, labels, words = LATIN, perLine = 12, multi = false } = options;
  const rng = createRng(lines, labels);
  return Array.from({ length: lines }, (_, i) => {
    const label = (k: number): string => `__label__L${(i * 7 + k) % labels}`;
    const own = multi
      ? [label(0), label(rng.integer(labels)), label(3)].slice(0, 1 + rng.integer(3))
      : [label(0)];
    const text = Array.from({ length: 1 + rng.integer(perLine) }, () => {
      const word = words[rng.integer(1 + rng.integer(words.length))]!;
      return rng.uniform() < 0.3 ? `${word}${rng.integer(lines)}` : word;
    });
    return `${own.join(' ')} ${text.join(' ')} w${(i * 7) % labels}`;
  });
}

const bytesOf = (lines: readonly string[]): Buffer => Buffer.from(`${lines.join('\n')}\n`);

/** Odd bytes: broken UTF-8, NUL, all separators, 0xFF, a literal `</s>`, empty lines, lines without label or words. */
const ODD = Buffer.concat([
  bytesOf(sampleLines({ lines: 60, labels: 3, words: CYRILLIC })),
  Buffer.from([0x5f, 0x5f, 0xff, 0xfe, 0x80, 0x20, 0xc3, 0x28, 0x0d, 0x0a, 0x0a, 0x0a]),
  Buffer.from('__label__L0 a\0b\tc\vd\fe\r\n__label__L1\nno label here\n__label__L2 x </s> y z\n </s>\n'),
  Buffer.from([0x5f, 0x5f, 0x6c, 0x61, 0x62, 0x65, 0x6c, 0x5f, 0x5f, 0xd0, 0x20, 0xd1, 0x20, 0xff, 0x0a]),
  Buffer.from('__label__L1 the last line has no line feed'),
]);

const LONG = bytesOf([
  ...sampleLines({ lines: 20, labels: 2 }),
  `__label__L0 ${sampleLines({ lines: 3000, labels: 2 }).join(' ')}`,
  ...sampleLines({ lines: 20, labels: 2, words: CYRILLIC }),
]);

interface Case {
  readonly text: Buffer;
  readonly args: Partial<FastTextArgs>;
  /** SHA-256 of the official program's `.bin`, Debian 0.9.2 on x86-64. */
  readonly sha256: string;
}

const CASES: Record<string, Case> = {
  'all defaults': {
    text: bytesOf(sampleLines({ lines: 300, labels: 4 })),
    args: {},
    sha256: 'dab9dad08d7b6fdf0ee07a21345a5366bd6be73431072cdb30aa9934f76ef5dd',
  },
  'two dimensions and one label': {
    text: bytesOf(sampleLines({ lines: 40, labels: 1 })),
    args: { dim: 2, lr: 0.5 },
    sha256: '47ba0f3599b15cbf8ab584c72b7f209674b98bf278f03a7050750458bd8b89eb',
  },
  'word n-grams in buckets that are no power of two': {
    text: bytesOf(sampleLines({ lines: 400, labels: 5, words: CYRILLIC })),
    args: { dim: 10, wordNgrams: 5, bucket: 10007, lr: 0.7, epoch: 3 },
    sha256: 'c366c0eec247adcffd0db04db82fe8b2af7de4aad74a5046ea90704fe38d268d',
  },
  'character n-grams': {
    text: bytesOf(sampleLines({ lines: 300, labels: 3, words: CYRILLIC })),
    args: { dim: 16, minn: 2, maxn: 5, bucket: 4096, epoch: 4, lr: 0.3 },
    sha256: '3758bbdc7b73e4ac88800d40050538771fd2505dea1aa534b8d99884073386a9',
  },
  'character n-grams of one letter': {
    text: bytesOf(sampleLines({ lines: 100, labels: 3 })),
    args: { dim: 5, minn: 0, maxn: 1, bucket: 1000, lr: 0.2 },
    sha256: 'e707995bdab612c3cb274e1ca23964aeee937db44f18e9cb513e5a3c36086645',
  },
  'a minimum count for words': {
    text: bytesOf(sampleLines({ lines: 500, labels: 4 })),
    args: { dim: 33, minCount: 3, wordNgrams: 2, minn: 3, maxn: 3, bucket: 5000, lr: 0.4 },
    sha256: 'afbf855c7c631901d4e847081f1f142399cd1bb55d01ec88e578613b5cf2f5a9',
  },
  'a minimum count for labels': {
    text: bytesOf(sampleLines({ lines: 210, labels: 40 })),
    args: { dim: 12, minCountLabel: 6, lr: 0.5 },
    sha256: '93470604b789bd4fe30d1bcf08de951a39f10f27a2548e6085348f9ecce7aa1b',
  },
  'one-vs-all with several labels a line': {
    text: bytesOf(sampleLines({ lines: 400, labels: 9, multi: true })),
    args: { dim: 20, loss: 'ova', wordNgrams: 2, bucket: 20000, lr: 0.6, epoch: 8 },
    sha256: '799e2b8cf2c424065808f4c61b87b98efa965dd408e1039decef6d7a018d0a64',
  },
  'softmax with several labels a line': {
    text: bytesOf(sampleLines({ lines: 400, labels: 9, multi: true })),
    args: { dim: 24, lr: 0.6, seed: 11 },
    sha256: '22b4012283e32430e25b67919543c62582928faba36f5497962ceae067c5bb6d',
  },
  'more than a hundred labels': {
    text: bytesOf(sampleLines({ lines: 900, labels: 150, multi: true })),
    args: { dim: 50, lr: 0.3, epoch: 6, loss: 'ova', seed: 3 },
    sha256: 'fc76f11efae98ca8e404e29396b073a476f533c5f998a94b3d2c29b248058fcc',
  },
  'a high rate, more epochs, a rare refresh of the rate': {
    text: bytesOf(sampleLines({ lines: 200, labels: 130 })),
    args: { dim: 100, lr: 2, epoch: 30, lrUpdateRate: 1000, seed: 2147483647 },
    sha256: 'b133cdd75dc738bf9f6adf19dc630bd7cac41387d81836bf4b1bec36cf5b3221',
  },
  'odd bytes': {
    text: ODD,
    args: { dim: 8, minn: 1, maxn: 3, wordNgrams: 3, bucket: 777, lr: 0.5, epoch: 20 },
    sha256: '706d0aeb32078171552df07d84b870f8d0396180379c2b229fc49d8d7934fafb',
  },
  'a very long line': {
    text: LONG,
    args: { dim: 6, wordNgrams: 2, bucket: 3000, lr: 0.2 },
    sha256: 'dd96ee68b87b7fe09edd8d9bee193c6b01563cc09871e1bd3a32a081f6ea8d6a',
  },
  'another label prefix, t and metadata': {
    text: Buffer.from('#a x y\n#b u v\n#a x x\n#c y u\n#b __label__ u\n'),
    args: { labelPrefix: '#', t: 0.001, ws: 7, neg: 3, dim: 4, lr: 0.25 },
    sha256: '9f8c4280bc68471717784f316d24e967808d9c9c7ba65bfbbb0398b806a2455e',
  },
};

const official = existsSync('/usr/bin/fasttext');
const required = process.env['HPO_REQUIRE_SERVICES'] === '1';

for (const [title, { text, args, sha256 }] of Object.entries(CASES)) {
  t.test(`the model is byte for byte the official program's: ${title}`, async (t) => {
    const dir = t.testdir();
    const ours = await trainOurs(dir, text, args);
    t.equal(createHash('sha256').update(ours.bin).digest('hex'), sha256);
    if (!official) {
      if (required) t.fail('the official fasttext is not installed');
      else t.comment('the official fasttext is not installed: compared with its recorded hash only');
      return;
    }
    const theirs = trainOfficial(dir, text, args);
    t.ok(ours.bin.equals(theirs.bin), '.bin');
    t.ok(ours.vec.equals(theirs.vec), '.vec');
  });
}

async function trainOurs(dir: string, text: Buffer, given: Partial<FastTextArgs>) {
  const args = completeArgs(given);
  const training = new Training(planTraining(tokenise(text, args.labelPrefix), args));
  while (!training.hasReached(1)) if (!training.advance(1, 10_000)) throw new Error('diverged');
  await writeModelFile(join(dir, 'ours.bin'), training.content());
  await writeVectorsFile(join(dir, 'ours.vec'), training.content());
  return { bin: readFileSync(join(dir, 'ours.bin')), vec: readFileSync(join(dir, 'ours.vec')) };
}

function trainOfficial(dir: string, text: Buffer, args: Partial<FastTextArgs>) {
  writeFileSync(join(dir, 'text.txt'), text);
  const flags = Object.entries(args).flatMap(([name, value]) => [
    name === 'labelPrefix' ? '-label' : `-${name}`,
    value === 'ova' ? 'one-vs-all' : String(value),
  ]);
  const files = ['-input', join(dir, 'text.txt'), '-output', join(dir, 'theirs')];
  execFileSync('/usr/bin/fasttext', ['supervised', ...files, '-thread', '1', '-verbose', '0', ...flags], {
    stdio: 'pipe',
  });
  return { bin: readFileSync(join(dir, 'theirs.bin')), vec: readFileSync(join(dir, 'theirs.vec')) };
}
