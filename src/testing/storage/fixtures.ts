import type { Test } from 'tap';
import type { Distribution, Params } from '../../domain/distribution.ts';
import type { ClaimedTrial, NewAttempt, Storage } from '../../domain/ports.ts';
import type { Study, StudySpec } from '../../domain/study.ts';
import type { FrozenTrial, TrialOutcome } from '../../domain/trial.ts';
import type { MakeStorage } from '../storage-contract.ts';

export function testSpec(overrides: Partial<StudySpec> = {}): StudySpec {
  return {
    model: 'fasttext',
    space: { lr: { type: 'float', low: 0.01, high: 1, log: true }, dim: { type: 'int', low: 8, high: 256 } },
    fixed: { epoch: 5 },
    objectives: [{ metric: 'f0.5', direction: 'maximize', average: 'macro', positiveLabel: null }],
    sampler: { name: 'random', options: {} },
    pruner: { name: 'none', options: {} },
    seed: 42,
    data: null,
    context: { nLabels: 2, nDocuments: 100, multiLabel: false },
    settings: { verbose: false },
    ...overrides,
  };
}

/** A fresh storage, opened once; closed with the test. */
export async function openFresh(t: Test, make: MakeStorage): Promise<Storage> {
  const { open } = await make(t);
  return await openFor(t, open);
}

/** A client that is closed with the test. */
export async function openFor(t: Test, open: () => Promise<Storage>): Promise<Storage> {
  const storage = await open();
  t.teardown(() => storage.close());
  return storage;
}

export async function freshStudy(t: Test, make: MakeStorage): Promise<{ storage: Storage; study: Study }> {
  const storage = await openFresh(t, make);
  return { storage, study: await storage.createStudy({ name: 'sentiment', spec: testSpec() }) };
}

export function testAttempt(trialId: number, attempt = 0): NewAttempt {
  return {
    trialId,
    attempt,
    token: `token-${trialId}-${attempt}`,
    launcher: 'process',
    host: 'node1',
    gpu: null,
    dir: `/runs/${trialId}/${attempt}`,
  };
}

/** A trial that is claimed and launched. */
export async function startTrial(
  storage: Storage,
  studyId: number,
): Promise<ClaimedTrial & { readonly token: string }> {
  const trial = await storage.claimTrial(studyId);
  const attempt = testAttempt(trial.id);
  await storage.createAttempt(attempt);
  return { ...trial, token: attempt.token };
}

export function completed(...values: readonly [number, ...number[]]): TrialOutcome {
  return {
    state: 'complete',
    values,
    metrics: { 'f0.5': values[0], f1: values[0] / 2 },
    artifact: null,
    details: {},
  };
}

export async function runTrial(
  storage: Storage,
  studyId: number,
  ...values: readonly [number, ...number[]]
): Promise<ClaimedTrial> {
  const trial = await startTrial(storage, studyId);
  await storage.finishTrial(trial.id, trial.token, completed(...values));
  return trial;
}

export async function trialByNumber(storage: Storage, studyId: number, number: number): Promise<FrozenTrial> {
  return (await storage.getTrials(studyId))[number]!;
}

/** One parameter of every kind, with the values that encodings get wrong first. */
export const TRICKY: { params: Params; distributions: Record<string, Distribution> } = {
  params: {
    lr: 0.1 + 0.2,
    tiny: 5e-324,
    dropout: 0.35,
    dim: 128,
    odd: 7,
    negative: -3,
    loss: 'hs',
    mixed: null,
    flag: true,
    'naïve "quoted" \\ имя 🎉': 1,
    __proto__x: 0.5,
  },
  distributions: {
    lr: { type: 'float', low: 1e-5, high: 1, log: true },
    tiny: { type: 'float', low: 0, high: 1 },
    dropout: { type: 'float', low: 0, high: 0.5, step: 0.05 },
    dim: { type: 'int', low: 8, high: 256, log: true },
    odd: { type: 'int', low: 1, high: 9, step: 2 },
    negative: { type: 'int', low: -5, high: 5 },
    loss: { type: 'categorical', choices: ['softmax', 'hs', 'ova'] },
    mixed: { type: 'categorical', choices: ['sgd', 1, 2.5, true, null] },
    flag: { type: 'categorical', choices: [false, true] },
    'naïve "quoted" \\ имя 🎉': { type: 'int', low: 0, high: 1 },
    __proto__x: { type: 'float', low: 0, high: 1 },
  },
};
