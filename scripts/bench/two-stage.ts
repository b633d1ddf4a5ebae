/**
 * Two-stage training (a balanced part of the texts first, then all) against one stage of as many steps, on imbalanced sets:
 * test macro-F1 over several seeds, and how often two stages win.
 *
 *   npm run bench:two-stage -- --data DIR [--sets sms_spam,rusentitweet] [--seeds 1,2,3,4,5] [-f json]
 */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Params } from '../../src/domain/distribution.ts';
import { model } from '../../src/models/lstm/index.ts';
import { type BenchCase, printBench } from './report.ts';
import { readSets, trainAndTest } from './train-and-test.ts';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const { values: args } = parseArgs({
  options: {
    data: { type: 'string', default: join(ROOT, '..', 'shared', 'data') },
    sets: { type: 'string', default: 'sms_spam,rusentitweet' },
    seeds: { type: 'string', default: '1,2,3,4,5' },
    format: { type: 'string', short: 'f', default: 'table' },
  },
});

const STAGES: Readonly<Record<string, Params>> = {
  'one stage': { twoStage: false },
  'one stage, balanced weights': { twoStage: false, balance: 1 },
  'two stages': { twoStage: true, stage1Epochs: 4, stage1Ratio: 1.5, stage2Rate: 0.5 },
};

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

const cases: BenchCase[] = [];
for (const set of args.sets.split(',')) {
  const sets = await readSets(join(args.data, set));
  const context = { nLabels: sets.train.labels.length, nDocuments: sets.train.documents.length };
  const plain = model.defaults({ ...context, multiLabel: sets.train.multiLabel })[0]!;
  const seeds = args.seeds.split(',').map(Number);
  const scores: Record<string, number[]> = {};
  for (const seed of seeds) {
    for (const [name, params] of Object.entries(STAGES)) {
      const { test, seconds } = await trainAndTest(model, sets, { ...plain, ...params }, seed);
      scores[name] = [...(scores[name] ?? []), test['macroF1']!];
      console.error(
        `${set} seed ${seed} ${name}: macro-F1 ${test['macroF1']!.toFixed(4)}, ${seconds.toFixed(0)} s`,
      );
    }
  }
  const one = scores['one stage']!;
  for (const [name, own] of Object.entries(scores)) {
    const spread = Math.sqrt(mean(own.map((score) => (score - mean(own)) ** 2)));
    const wins = own.filter((score, i) => score > one[i]!).length;
    cases.push({
      case: `${set}, ${name}: test macro-F1 of ${own.length} seeds, ± ${spread.toFixed(4)}, above one stage ${wins} times`,
      ours: mean(own),
      peer: mean(one),
      unit: 'F1',
      ratio: mean(own) / mean(one),
      target: 'only shown',
      ok: null,
    });
  }
}
printBench(cases, process.argv.slice(2));
