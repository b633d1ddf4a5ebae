"""Optuna's NSGA-II on the problems of problems.ts: prints all values of every seed as JSON."""
import json, math, sys, warnings
warnings.simplefilter("ignore")
import optuna
optuna.logging.set_verbosity(optuna.logging.ERROR)
D = 10

def zdt(shape):
    def f(t):
        x = [t.suggest_float("x%d" % i, 0, 1) for i in range(D)]
        g = 1 + 9 * sum(x[1:]) / (D - 1)
        return x[0], g * shape(x[0] / g)
    return f

def small_model(t):
    family = t.suggest_categorical("family", ["linear", "deep", "noise"])
    lr = t.suggest_float("lr", 1e-4, 1, log=True)
    dim = t.suggest_int("dim", 4, 512, log=True)
    layers = t.suggest_int("layers", 1, 4) if family == "deep" else 1
    bits = t.suggest_categorical("bits", [4, 8, 16, 32])
    size = (math.log2(dim) - 2) / 7 + (layers - 1) / 6 + math.log2(bits / 4) / 12
    rate = (math.log10(lr) + 2) ** 2 / 16
    floor = {"linear": 0.35, "deep": 0.1, "noise": 0.6}[family]
    fall = {"linear": 0.25, "deep": 0.8, "noise": 0.1}[family]
    return floor + fall * math.exp(-3 * size) + rate + (0.05 if bits == 4 else 0), size

PROBLEMS = {"zdt1": zdt(lambda r: 1 - math.sqrt(r)), "zdt2": zdt(lambda r: 1 - r * r), "small model": small_model}
name, n, seeds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
runs = []
for seed in range(seeds):
    sampler = optuna.samplers.NSGAIISampler(seed=seed)
    study = optuna.create_study(directions=["minimize", "minimize"], sampler=sampler)
    study.optimize(PROBLEMS[name], n_trials=n)
    runs.append([t.values for t in study.trials])
print(json.dumps([optuna.__version__, runs]))
