"""One process of the storage benchmark with Python's Optuna: peer.py URL SECONDS

Opens the study, says "ready", waits for a line on stdin, and runs whole trials for so long.
"""

import json
import sys
import time

import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)
url, seconds = sys.argv[1], float(sys.argv[2])


def open_study():
    # Several processes that create the tables at once fail with Optuna: try again.
    for _ in range(100):
        try:
            return optuna.create_study(
                storage=url,
                study_name="bench",
                load_if_exists=True,
                direction="maximize",
                sampler=optuna.samplers.RandomSampler(),
            )
        except Exception:
            time.sleep(0.1)
    raise SystemExit("could not open the study")


study = open_study()
trial_ms = []
print("ready", flush=True)
sys.stdin.readline()
end = time.perf_counter() + seconds
while time.perf_counter() < end:
    before = time.perf_counter()
    try:
        trial = study.ask()
        for i in range(10):
            trial.suggest_float(f"p{i}", 0, 1)
        for step in range(10):
            trial.report(step / 10, step)
        study.tell(trial, 0.9)
    except Exception as error:  # "database is locked" after five seconds: time spent, no trial
        print(type(error).__name__, file=sys.stderr)
        continue
    trial_ms.append((time.perf_counter() - before) * 1000)
print(json.dumps({"trialMs": trial_ms}))
