import { join } from 'node:path';
import t from 'tap';
import { findFront } from '../domain/best-trials.ts';
import { constraintsOf } from '../domain/constraint.ts';
import type { Objective } from '../domain/objective.ts';
import { createRng } from '../domain/random.ts';
import { runPython, skipWithoutPython } from '../testing/services.ts';
import { openFor, startTrial, testSpec } from '../testing/storage/fixtures.ts';
import { openStorage } from './index.ts';

t.setTimeout(300_000);

const OPEN = `
import json, sys, warnings
warnings.simplefilter("ignore")
import optuna
optuna.logging.set_verbosity(optuna.logging.ERROR)
storage = optuna.storages.RDBStorage("sqlite:///" + sys.argv[1], skip_compatibility_check=True)
study = optuna.load_study(study_name="both", storage=storage)
`;

/** Optuna's view; then a trial of its own NSGA-II, which has to rank ours by the constraints that it finds. */
const CONTINUE = `${OPEN}
seen = {"directions": [d.name for d in study.directions], "front": [t.number for t in study.best_trials],
        "constraints": [t.system_attrs.get("constraints") for t in study.trials]}
study.sampler = optuna.samplers.NSGAIISampler(population_size=4, seed=1, constraints_func=lambda t: [0.5])
for _ in range(6):
    trial = study.ask({"lr": optuna.distributions.FloatDistribution(0.01, 1, log=True),
                       "dim": optuna.distributions.IntDistribution(8, 256)})
    study.tell(trial, [0.99, 1.0])
print(json.dumps(seen))
`;

const score: Objective = { metric: 'f1', direction: 'maximize', average: 'macro', positiveLabel: null };
const size: Objective = { ...score, metric: 'modelBytes', direction: 'minimize' };

/** A study of trials with coarse values, so that some are equal; `broken` tells by how much each breaks a constraint. */
async function makeStudy(file: string, broken: (number: number) => readonly number[] | undefined) {
  const storage = await openStorage(file, { create: true });
  const spec = testSpec({ objectives: [score, size] });
  const study = await storage.createStudy({ name: 'both', spec });
  const rng = createRng(5, 5);
  for (let i = 0; i < 30; i++) {
    const trial = await startTrial(storage, study.id);
    const constraints = broken(i);
    await storage.setParams(trial.id, { lr: 0.1, dim: 8 + i }, spec.space);
    await storage.finishTrial(trial.id, trial.token, {
      state: 'complete',
      values: [rng.integer(8) / 8, rng.integer(8)],
      metrics: {},
      artifact: null,
      details: {},
      ...(constraints && { constraints }),
    });
  }
  return { storage, study };
}

t.test("Python's Optuna sees the same front", { skip: skipWithoutPython('optuna') }, async (t) => {
  const file = join(t.testdir(), 'trials.db');
  const { storage, study } = await makeStudy(file, () => undefined);
  t.teardown(() => storage.close());
  const seen = runPython(`${OPEN}\nprint(json.dumps([t.number for t in study.best_trials]))`, file);
  const front = findFront(study, await storage.getTrials(study.id));
  t.ok(front.length > 2, 'a front worth comparing');
  t.same(
    [...(seen as number[])].sort((a, b) => a - b),
    front.map(({ number }) => number),
  );
});

t.test(
  "Python's Optuna goes on with a constrained study, and its trials are judged like ours",
  { skip: skipWithoutPython('optuna') },
  async (t) => {
    const file = join(t.testdir(), 'trials.db');
    const { storage, study } = await makeStudy(file, (i) => [i % 3 === 0 ? 0.25 : -1]);
    await storage.close();
    const seen = runPython(CONTINUE, file) as { directions: string[]; constraints: number[][] };
    t.same(seen.directions, ['MAXIMIZE', 'MINIMIZE']);
    t.same(seen.constraints.slice(0, 3), [[0.25], [-1], [-1]]);
    const again = await openFor(t, () => openStorage(file, { create: false }));
    const trials = await again.getTrials(study.id);
    t.equal(trials.length, 36);
    t.same(constraintsOf(trials[35]!), [0.5], "Optuna's constraint is read");
    const front = findFront(study, trials).map(({ number }) => number);
    t.ok(
      front.every((number) => number < 30 && number % 3 !== 0),
      front.join(' '),
    );
  },
);
