// fastText training against the official program: processor time of an epoch, and wall time of a whole training.
//   npm run bench:fasttext [-- -f json]     one thread, generated data, both programs in turn; needs `npm run build`
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRng } from '../../src/domain/random.ts';
import { type BenchCase, median, printBench } from './report.ts';

const OFFICIAL = '/usr/bin/fasttext';
const OURS = fileURLToPath(new URL('fasttext-train.mjs', import.meta.url));
const LINES = 20_000;
const RUNS = 3;
/** Epochs of the longer run; the difference to a run of one epoch holds this many less one. */
const EPOCHS = 11;
const MANY_LABELS = 77;

type Args = Readonly<Record<string, number | string>>;
type Cost = { readonly cpuMs: number; readonly wallMs: number };
type Program = (args: Args) => Cost;
/** Both programs on one text; the peer is null where it is not installed. */
interface Programs {
  readonly ours: Program;
  /** The time that word vectors take as text depends on their digits, so on the epochs: it must not count as training. */
  readonly oursUnwritten: Program;
  readonly peer: Program | null;
}

const dir = mkdtempSync(join(tmpdir(), 'hpo-bench-fasttext-'));
try {
  const few = programsFor('few.txt', 10);
  const many = programsFor('many.txt', MANY_LABELS);
  printBench([...epochCases(few), ...lossCases(many), ...wholeCases(few)], process.argv.slice(2));
} finally {
  rmSync(dir, { recursive: true, force: true });
}

function programsFor(name: string, nLabels: number): Programs {
  const input = join(dir, name);
  writeFileSync(input, generateText(nLabels));
  const run =
    (...options: string[]) =>
    (args: Args): Cost =>
      measure(process.execPath, [OURS, input, join(dir, 'ours'), JSON.stringify(args), ...options]);
  return {
    ours: run(),
    oursUnwritten: run('--no-vectors'),
    peer: existsSync(OFFICIAL) ? (args) => measure(OFFICIAL, flagsOf(input, args)) : null,
  };
}

function epochCases({ oursUnwritten: ours, peer }: Programs): BenchCase[] {
  return [10, 50, 100].flatMap((dim) =>
    [1, 2].map((wordNgrams) => {
      const args = { dim, wordNgrams, lr: 0.2, ...(wordNgrams > 1 && { bucket: 200_000 }) };
      const [a, b] = inTurn(ours, peer, (run) => epochCost(run, args));
      return judge(`epoch, dim ${dim}, wordNgrams ${wordNgrams}`, 'ms CPU', 0.45, a, b);
    }),
  );
}

/** Every loss where there are many labels: that is what hs and ns are for. */
function lossCases({ oursUnwritten: ours, peer }: Programs): BenchCase[] {
  return ['softmax', 'ova', 'hs', 'ns'].flatMap((loss) =>
    [10, 100].map((dim) => {
      const [a, b] = inTurn(ours, peer, (run) => epochCost(run, { dim, loss, lr: 0.2 }));
      return judge(`epoch, ${MANY_LABELS} labels, ${loss}, dim ${dim}`, 'ms CPU', 0.45, a, b);
    }),
  );
}

function wholeCases({ ours, peer }: Programs): BenchCase[] {
  const cases: [string, Args][] = [
    ['defaults', {}],
    ['dim 50, wordNgrams 2, 200,000 buckets', { dim: 50, wordNgrams: 2, bucket: 200_000, lr: 0.5 }],
    ['dim 100, wordNgrams 2, 2,000,000 buckets', { wordNgrams: 2, lr: 0.5 }],
  ];
  return cases.map(([name, args]) => {
    const [a, b] = inTurn(ours, peer, (run) => run(args).wallMs);
    return judge(`whole training, ${name}`, 'ms wall', 0.6, a, b);
  });
}

/** Medians of both, measured alternately: the machine may change its mind half-way. */
function inTurn(
  ours: Program,
  peer: Program | null,
  cost: (run: Program) => number,
): [number, number | null] {
  const a: number[] = [];
  const b: number[] = [];
  for (let i = 0; i < RUNS; i++) {
    a.push(cost(ours));
    if (peer !== null) b.push(cost(peer));
  }
  return [median(a), peer === null ? null : median(b)];
}

function epochCost(run: Program, args: Args): number {
  return (run({ ...args, epoch: EPOCHS }).cpuMs - run({ ...args, epoch: 1 }).cpuMs) / (EPOCHS - 1);
}

function judge(name: string, unit: string, target: number, ours: number, peer: number | null): BenchCase {
  const ratio = peer === null ? null : ours / peer;
  return {
    case: name,
    ours,
    peer,
    unit,
    ratio,
    target: `<= ${target}`,
    ok: ratio === null ? null : ratio <= target,
  };
}

/** bash's own `time` counts the processor time of the child. */
function measure(program: string, args: readonly string[]): Cost {
  const script = `TIMEFORMAT='%U %S %R'; { time "$@" >/dev/null 2>&1; } 2>&1`;
  const printed = execFileSync('bash', ['-c', script, 'bash', program, ...args], { encoding: 'utf8' });
  const [user, system, real] = printed.trim().split(' ').map(Number) as [number, number, number];
  return { cpuMs: (user + system) * 1000, wallMs: real * 1000 };
}

function flagsOf(input: string, args: Args): string[] {
  const flags = Object.entries(args).flatMap(([name, value]) => [`-${name}`, String(value)]);
  return [
    'supervised',
    '-input',
    input,
    '-output',
    join(dir, 'peer'),
    '-thread',
    '1',
    '-verbose',
    '0',
    ...flags,
  ];
}

/** 10–30 words a line, frequencies as in language (Zipf): about 30,000 different words. */
function generateText(nLabels: number): string {
  const rng = createRng(1, LINES);
  const zipf = (): number => Math.floor(30_000 ** rng.uniform());
  return Array.from({ length: LINES }, () => {
    const label = rng.integer(nLabels);
    const words = Array.from({ length: 10 + rng.integer(21) }, () =>
      rng.uniform() < 0.1 ? `topic${label}x${rng.integer(50)}` : `w${zipf()}`,
    );
    return `__label__L${label} ${words.join(' ')}\n`;
  }).join('');
}
