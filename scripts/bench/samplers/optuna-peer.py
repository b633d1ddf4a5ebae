"""Optuna's sampler as a process: told the space and a seed, it prints a point a line and reads the point's value."""
import json, sys, warnings
warnings.simplefilter("ignore")
import optuna
optuna.logging.set_verbosity(optuna.logging.ERROR)
space, seed, name = json.loads(sys.argv[1]), int(sys.argv[2]), sys.argv[3]

def holds(when, params):
    return all(parent in params and params[parent] in values for parent, values in (when or {}).items())

def suggest(trial, entry):
    name, kind = entry["name"], entry["type"]
    if kind in ("cat", "categorical"):
        return trial.suggest_categorical(name, entry["choices"])
    method = trial.suggest_int if kind == "int" else trial.suggest_float
    options = {"log": True} if entry.get("log") else {"step": entry["step"]} if entry.get("step") else {}
    return method(name, entry["low"], entry["high"], **options)

def sampler():
    if name == "random":
        return optuna.samplers.RandomSampler(seed=seed)
    if name == "default":
        return optuna.samplers.TPESampler(seed=seed)
    return optuna.samplers.TPESampler(seed=seed, multivariate=True, group=True, constant_liar=True)

study = optuna.create_study(sampler=sampler())
while True:
    trial, params = study.ask(), {}
    for entry in space:
        if holds(entry.get("when"), params):
            params[entry["name"]] = suggest(trial, entry)
    print(json.dumps(params), flush=True)
    line = sys.stdin.readline()
    if not line:
        break
    value = json.loads(line)
    if value is None:
        study.tell(trial, state=optuna.trial.TrialState.FAIL)
    else:
        study.tell(trial, value)
