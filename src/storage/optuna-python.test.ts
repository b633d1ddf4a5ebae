import { join } from 'node:path';
import t, { type Test } from 'tap';
import { skipWithoutPostgres, startPostgres } from '../testing/postgres.ts';
import { runPython, skipWithoutPython } from '../testing/services.ts';
import { completed, openFor, startTrial, TRICKY, testSpec } from '../testing/storage/fixtures.ts';
import { openStorage } from './index.ts';

t.setTimeout(300_000);

/** The installed release's own tables may be a version behind; reading and writing rows is the same. */
const OPTUNA = `
import json, math, sys, optuna
optuna.logging.set_verbosity(optuna.logging.ERROR)
storage = optuna.storages.RDBStorage(sys.argv[1], skip_compatibility_check=True)
study = optuna.load_study(study_name="sentiment", storage=storage)
def show(t):
    return {"number": t.number, "state": t.state.name, "values": t.values, "params": t.params,
            "steps": {str(k): str(v) for k, v in t.intermediate_values.items()},
            "started": t.datetime_start and t.datetime_start.isoformat(), "kinds": {n: type(v).__name__ for n, v in t.params.items()}}
before = [show(t) for t in study.trials]
best = study.best_trial.number
study.enqueue_trial({"dim": 16})
trial = study.ask({"dim": optuna.distributions.IntDistribution(8, 256, log=True)})
trial.report(0.5, 3)
trial.set_user_attr("from", "python")
study.tell(trial, 0.75)
study.enqueue_trial({"dim": 32})
running = study.ask()
print(json.dumps({"before": before, "best": best, "direction": study.direction.name,
                  "attempted": running.number, "attrs": study.user_attrs}))
`;

type Place = (t: Test) => { readonly ours: string; readonly optunas: string };

const PLACES: Record<string, { skip: string | false; place: Place }> = {
  file: {
    skip: skipWithoutPython('optuna'),
    place(t) {
      const file = join(t.testdir(), 'trials.db');
      return { ours: file, optunas: `sqlite:///${file}` };
    },
  },
  'PostgreSQL database': {
    skip: skipWithoutPython('optuna') || skipWithoutPython('psycopg2') || skipWithoutPostgres(),
    place(t) {
      const server = startPostgres(t);
      const ours = server.urlOf(server.createDatabase());
      return { ours, optunas: ours.replace('postgresql:', 'postgresql+psycopg2:') };
    },
  },
};

for (const [kind, { skip, place }] of Object.entries(PLACES)) {
  t.test(
    `Python's Optuna reads our ${kind} and goes on with it, and we with what it wrote`,
    { skip },
    async (t) => {
      const { ours, optunas } = place(t);
      const storage = await openFor(t, () => openStorage(ours, { create: true }));
      const study = await storage.createStudy({ name: 'sentiment', spec: testSpec() });
      await storage.setStudyAttr(study.id, 'user', 'owner', 'hpo ж');
      const trial = await startTrial(storage, study.id);
      await storage.setParams(trial.id, TRICKY.params, TRICKY.distributions);
      await storage.recordReports(trial.id, trial.token, [
        { step: 1, value: 0.25, metrics: {} },
        { step: 2, value: Number.NaN, metrics: {} },
      ]);
      await storage.finishTrial(trial.id, trial.token, completed(0.5));
      const pruned = await startTrial(storage, study.id);
      await storage.finishTrial(pruned.id, pruned.token, { state: 'pruned', step: 0 });
      const failed = await startTrial(storage, study.id);
      await storage.finishTrial(failed.id, failed.token, completed(Number.NaN));

      const seen = runPython(OPTUNA, optunas);
      t.match(seen, {
        best: 0,
        direction: 'MAXIMIZE',
        attrs: { owner: 'hpo ж' },
        before: [
          {
            number: 0,
            state: 'COMPLETE',
            values: [0.5],
            params: TRICKY.params,
            steps: { 1: '0.25', 2: 'nan' },
            kinds: { dim: 'int', lr: 'float', flag: 'bool' },
          },
          { number: 1, state: 'PRUNED', values: null },
          { number: 2, state: 'FAIL', values: null },
        ],
      });

      const trials = await storage.getTrials(study.id);
      t.match(trials[3], {
        state: 'complete',
        params: { dim: 16 },
        values: [0.75],
        userAttrs: { from: 'python' },
      });
      t.same([...trials[3]!.intermediateValues], [[3, 0.5]]);
      t.match(trials[4], { state: 'running' });
      t.equal((await storage.claimTrial(study.id)).number, 5, 'its running trial stays its own');
    },
  );
}
