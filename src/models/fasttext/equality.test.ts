import { createHash } from 'node:crypto';
import t from 'tap';
import {
  bytesOf,
  CYRILLIC,
  sampleLines,
  skipWithoutFastText,
  trainOfficial,
  trainOurs,
} from '../../testing/fasttext-peer.ts';
import type { FastTextArgs } from './args.ts';

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
  'hierarchical softmax, two labels': {
    text: bytesOf(sampleLines({ lines: 90, labels: 2 })),
    args: { dim: 7, loss: 'hs', lr: 0.5 },
    sha256: '99d3c4d9f518b1c00117c752b8efa6e5a06f2ac03bb4b17e4711efac9c58bb87',
  },
  'hierarchical softmax, labels of equal counts, several a line': {
    text: bytesOf(sampleLines({ lines: 462, labels: 77, multi: true })),
    args: { dim: 33, loss: 'hs', wordNgrams: 3, bucket: 5000, lr: 1, seed: 7 },
    sha256: '4074cd1c2047fa704aa8b72bef7cf03aa7d30e01429ed579520eaa29ac2e48d9',
  },
  'hierarchical softmax, 736 labels': {
    text: bytesOf(sampleLines({ lines: 1500, labels: 736, words: CYRILLIC })),
    args: { dim: 100, loss: 'hs', minn: 2, maxn: 3, bucket: 3000, lr: 0.6, epoch: 3 },
    sha256: '49e0f208a6a3047dddb44eee8e81f529228c3a7bb476b04e26380fde079c0b71',
  },
  'hierarchical softmax, one label': {
    text: bytesOf(sampleLines({ lines: 30, labels: 1 })),
    args: { dim: 4, loss: 'hs' },
    sha256: '7989a059c38c74cdb6c7ccab628e6c43dfe989e22b5cdecad7cb5fd2c5d6b11d',
  },
  'negative sampling, two labels': {
    text: bytesOf(sampleLines({ lines: 120, labels: 2, multi: true })),
    args: { dim: 18, loss: 'ns', lr: 0.4, seed: 5 },
    sha256: '00610b7389ccb11c8e33f9cf7ec3a0f0c0fb618ec3a66a81301384c801f83f63',
  },
  'negative sampling, many negatives among three labels': {
    text: bytesOf([...sampleLines({ lines: 90, labels: 3 }), ...sampleLines({ lines: 200, labels: 1 })]),
    args: { dim: 50, loss: 'ns', neg: 30, lr: 0.3, wordNgrams: 2, bucket: 2000 },
    sha256: 'b9c6258d6fc96921b3bc50091ab19a52876aced4efa7ffa41dce7e8e924d0550',
  },
  'negative sampling, no negatives': {
    text: bytesOf(sampleLines({ lines: 100, labels: 1 })),
    args: { dim: 9, loss: 'ns', neg: 0 },
    sha256: '203df2ee1f18da61b219e8687d7412a7d37c8feaa37d348976df05824164fe95',
  },
  'negative sampling, 77 labels, several a line': {
    text: bytesOf(sampleLines({ lines: 600, labels: 77, multi: true, words: CYRILLIC })),
    args: { dim: 100, loss: 'ns', minn: 1, maxn: 2, bucket: 2500, lr: 0.8 },
    sha256: '4524137311fa8e5a5c9f1730806cb8134a724ce79b85442cddfc821667299ba1',
  },
  'negative sampling, 736 labels': {
    text: bytesOf(sampleLines({ lines: 1500, labels: 736 })),
    args: { dim: 21, loss: 'ns', neg: 9, lr: 0.5, epoch: 4 },
    sha256: '63fd0af1f2c39f95718aa3ee9bd286758412be8d8e5553109eb70a2e6f0a38c7',
  },
};

for (const [title, { text, args, sha256 }] of Object.entries(CASES)) {
  t.test(`the model is byte for byte the official program's: ${title}`, async (t) => {
    const dir = t.testdir();
    const ours = await trainOurs(dir, text, args);
    t.equal(createHash('sha256').update(ours.bin).digest('hex'), sha256);
    if (skipWithoutFastText !== false) {
      t.comment(`${skipWithoutFastText}: compared with its recorded hash only`);
      return;
    }
    const theirs = trainOfficial(dir, text, args);
    t.ok(ours.bin.equals(theirs.bin), '.bin');
    t.ok(ours.vec.equals(theirs.vec), '.vec');
  });
}
