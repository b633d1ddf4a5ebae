import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Storage } from '../domain/ports.ts';
import type { SearchSpace } from '../domain/search-space.ts';
import type { StudySpec } from '../domain/study.ts';
import type { TrialOutcome } from '../domain/trial.ts';
import { trialFolder } from '../protocol/index.ts';
import { openStorage } from '../storage/index.ts';

export const SAMPLE_SPACE: SearchSpace = {
  lr: { type: 'float', low: 0.05, high: 2, log: true },
  wordNgrams: { type: 'int', low: 1, high: 5 },
  bucket: { type: 'int', low: 65536, high: 2097152, log: true, when: { wordNgrams: { min: 2 } } },
  loss: { type: 'categorical', choices: ['softmax', 'ova'] },
};

const SPEC: StudySpec = {
  model: 'fasttext',
  space: SAMPLE_SPACE,
  fixed: { dim: 20 },
  objectives: [{ metric: 'f0.5', direction: 'maximize', average: 'macro', positiveLabel: null }],
  sampler: { name: 'tpe', options: {} },
  pruner: { name: 'median', options: {} },
  seed: 42,
  data: null,
  context: { nLabels: 2, nDocuments: 100, multiLabel: false },
  settings: {},
};

/** Text that would do harm to a terminal that got it. */
export const NASTY = 'evil\u001b[31m red\u202e reversed\u0085 line';

function complete(value: number): TrialOutcome {
  const metrics = {
    'f0.5': value,
    f1: value - 0.01,
    precision: value + 0.01,
    recall: value - 0.02,
    accuracy: 0.97,
  };
  const report = [
    { label: 'ham', precision: 0.99, recall: 0.98, f1: 0.985, 'f0.5': 0.988, support: 80, predicted: 79 },
    { label: NASTY, precision: 0.9, recall: 0.8, f1: 0.847, 'f0.5': 0.878, support: 20, predicted: 18 },
  ];
  return {
    state: 'complete',
    values: [value],
    metrics,
    artifact: { path: 'model/model.bin', format: 'fasttext-bin', sha256: 'ab'.repeat(32), bytes: 123_456 },
    details: { threshold: 0.25, labels: report },
  };
}

/** How the trials end; null: it goes on running. */
const OUTCOMES: readonly (TrialOutcome | null)[] = [
  complete(0.81),
  complete(0.9012345),
  { state: 'pruned', step: 4 },
  { state: 'fail', failure: { kind: 'out-of-memory', message: `above 1 GB, ${NASTY}` } },
  complete(0.75),
  null,
];

/** A storage at `path` with a study whose trials 0–5 are complete ×2 (1 is the best), pruned, failed, complete, running. */
export async function makeSampleStudy(path: string, name: string, runsDir: string): Promise<void> {
  const storage = await openStorage(path, { create: true });
  try {
    const study = await storage.createStudy({ name, spec: SPEC });
    for (const [i, outcome] of OUTCOMES.entries()) {
      await addTrial(storage, { studyId: study.id, uuid: study.uuid, runsDir }, i, outcome);
    }
  } finally {
    await storage.close();
  }
}

interface Place {
  readonly studyId: number;
  readonly uuid: string;
  readonly runsDir: string;
}

async function addTrial(
  storage: Storage,
  place: Place,
  i: number,
  outcome: TrialOutcome | null,
): Promise<void> {
  const { id, number } = await storage.claimTrial(place.studyId);
  const { bucket: _, ...withoutBucket } = SAMPLE_SPACE;
  const params = { lr: 0.1 * (i + 1), wordNgrams: 1, loss: 'softmax' };
  await storage.setParams(id, params, withoutBucket);
  const dir = join(trialFolder(place.runsDir, place.uuid, number), '0');
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  writeFileSync(join(dir, 'log.txt'), `line one\n${NASTY}\nlast line of trial ${number}\n`);
  const token = `${place.uuid}-${i}`;
  await storage.createAttempt({
    trialId: id,
    attempt: 0,
    token,
    launcher: 'process',
    host: 'node7',
    gpu: null,
    dir,
  });
  const reports = [1, 2, 3, 4].map((step) => ({
    step,
    value: 0.1 * step,
    metrics: { 'f0.5': 0.1 * step, f1: 0.2 },
  }));
  await storage.recordReports(id, token, reports);
  if (outcome === null) return;
  await storage.finishTrial(id, token, outcome);
  await storage.updateAttempt(id, 0, { endedAt: Date.now(), exitCode: outcome.state === 'fail' ? 137 : 0 });
}
