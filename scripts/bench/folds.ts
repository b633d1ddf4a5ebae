/**
 * What folds and a confirmation gain on small data: for each data set and seed, a subset of the documents is searched with
 * the same random configurations once by a held-out fifth and once by five folds; what each would hand over is scored on
 * documents that no search saw. Paired over the seeds.
 *
 *   npm run bench:folds -- --data DIR [--sets trec6,rusentitweet] [--documents 500] [--configurations 12] [--seeds 30] [--out FILE] [-f json]
 *
 * DIR holds one folder a data set with train.txt in fastText format. Trainings run in this process: the model is linear,
 * on word n-grams. Finished seeds are kept in --out (JSON lines), so an interrupted run goes on where it was.
 */
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Comparison, compareChoices } from './folds/compare.ts';
import { type Choices, searchOnce } from './folds/search-once.ts';
import { printBench } from './report.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const { values: args } = parseArgs({
  options: {
    data: { type: 'string', default: join(root, '..', 'shared', 'data') },
    sets: { type: 'string', default: 'trec6,rusentitweet' },
    documents: { type: 'string', default: '500' },
    configurations: { type: 'string', default: '12' },
    seeds: { type: 'string', default: '30' },
    out: { type: 'string', default: join(tmpdir(), 'hpo-folds.jsonl') },
    format: { type: 'string', short: 'f', default: 'table' },
  },
});

type Row = Choices & { readonly key: string };

const known = new Map(
  (existsSync(args.out) ? readFileSync(args.out, 'utf8').split('\n').filter(Boolean) : [])
    .map((line) => JSON.parse(line) as Row)
    .map((row) => [row.key, row]),
);
const sizes = { documents: Number(args.documents), configurations: Number(args.configurations) };
const work = mkdtempSync(join(tmpdir(), 'hpo-folds-'));

async function choose(set: string, seed: number): Promise<Choices> {
  const key = [set, sizes.documents, sizes.configurations, seed].join(' ');
  const before = known.get(key);
  if (before !== undefined) return before;
  const choices = await searchOnce(join(args.data, set, 'train.txt'), { ...sizes, seed, work });
  appendFileSync(args.out, `${JSON.stringify({ key, ...choices } satisfies Row)}\n`);
  return choices;
}

try {
  const cases: Comparison[] = [];
  for (const set of args.sets.split(',')) {
    const choices: Choices[] = [];
    for (let seed = 1; seed <= Number(args.seeds); seed++) choices.push(await choose(set, seed));
    cases.push(...compareChoices(set, choices));
  }
  printBench(cases, process.argv);
} finally {
  rmSync(work, { recursive: true, force: true });
}
