import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRng } from '../domain/random.ts';
import { completeArgs, type FastTextArgs } from '../models/fasttext/args.ts';
import { tokenise } from '../models/fasttext/corpus.ts';
import { writeModelFile } from '../models/fasttext/model-file.ts';
import { planTraining, Training } from '../models/fasttext/training.ts';
import { writeVectorsFile } from '../models/fasttext/vectors-file.ts';

/** Debian's fastText, the oracle of ours. */
export const FASTTEXT = '/usr/bin/fasttext';

/** For a test's `skip`: why it cannot be used, or false. HPO_REQUIRE_SERVICES=1 makes it a failure. */
export const skipWithoutFastText: string | false =
  existsSync(FASTTEXT) || process.env['HPO_REQUIRE_SERVICES'] === '1'
    ? false
    : `${FASTTEXT} is not installed (Debian: fasttext)`;

const LATIN =
  'the of to and a in is it you that he was for on are with as his they be at one have this'.split(' ');
export const CYRILLIC =
  'ёж и не на я что тот быть с весь это как она по но они к у мы из за свой ещё её'.split(' ');

/** Lines with skewed word frequencies and so many ties in the counts. */
export function sampleLines(options: {
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

export const bytesOf = (lines: readonly string[]): Buffer => Buffer.from(`${lines.join('\n')}\n`);

export interface TrainedFiles {
  readonly bin: Buffer;
  readonly vec: Buffer;
}

/** Trains on whole fastText lines in file order and writes `ours.bin` and `ours.vec`. */
export async function trainOurs(
  dir: string,
  text: Buffer,
  given: Partial<FastTextArgs>,
): Promise<TrainedFiles & { readonly training: Training }> {
  const args = completeArgs(given);
  const training = new Training(planTraining(tokenise(text, args.labelPrefix), args));
  while (!training.hasReached(1)) if (!training.advance(1, 10_000)) throw new Error('diverged');
  await writeModelFile(join(dir, 'ours.bin'), training.content());
  await writeVectorsFile(join(dir, 'ours.vec'), training.content());
  return { bin: readFileSync(join(dir, 'ours.bin')), vec: readFileSync(join(dir, 'ours.vec')), training };
}

/** The official program on one thread: `theirs.bin` and `theirs.vec`. */
export function trainOfficial(
  dir: string,
  text: Buffer,
  args: Partial<FastTextArgs>,
): TrainedFiles & { readonly printed: string } {
  writeFileSync(join(dir, 'text.txt'), text);
  const flags = Object.entries(args).flatMap(([name, value]) => [
    name === 'labelPrefix' ? '-label' : `-${name}`,
    value === 'ova' ? 'one-vs-all' : String(value),
  ]);
  const files = ['-input', join(dir, 'text.txt'), '-output', join(dir, 'theirs')];
  const { stderr } = spawnSync(FASTTEXT, ['supervised', ...files, '-thread', '1', ...flags], {
    encoding: 'utf8',
  });
  return {
    bin: readFileSync(join(dir, 'theirs.bin')),
    vec: readFileSync(join(dir, 'theirs.vec')),
    printed: stderr,
  };
}
