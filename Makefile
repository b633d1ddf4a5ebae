# Two commands set everything up on a fresh machine: `make train_fasttext` and `make test`.
# Needed: Node >= 20.19 with npm, make, python3 and a C++ compiler (better-sqlite3 is compiled on installation).

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c

# better-sqlite3 needs Node's headers; where Node brought them along, nothing has to be fetched.
NODE_PREFIX := $(shell node -p 'require("node:path").resolve(process.execPath, "../..")' 2>/dev/null)
ifneq ($(wildcard $(NODE_PREFIX)/include/node/node.h),)
export npm_config_nodedir := $(NODE_PREFIX)
endif

HPO := node dist/cli/main.js
MODEL := fasttext
N_TRIALS ?= $(if $(filter lstm,$(MODEL)),20,50)
JOBS ?= $(shell node -p 'Math.max(1, Math.min(8, require("node:os").availableParallelism()))' 2>/dev/null)
DEMO := data/demo
TRAIN ?= $(DEMO)/train.txt
VALID ?= $(DEMO)/valid.txt
STUDY ?= $(MODEL)-$(basename $(notdir $(TRAIN)))
MODEL_PATH ?= exports/$(STUDY)
INPUT_PATH ?= $(DEMO)/test.txt
OUTPUT_PATH ?= predictions.csv
VARIANT ?= cpu
IMAGE ?= hpo

.PHONY: help install build train_fasttext predict_fasttext train_lstm train_allennlp predict_lstm build_image test check format clean

help: ## Show the targets
	@grep -hE '^[a-z_]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 24

# One marker a step, so that a second run starts at once.
node_modules/.installed: package.json package-lock.json .npmrc
	@node -e 'const [a, b] = process.versions.node.split(".").map(Number); if (a < 20 || (a === 20 && b < 19)) { console.error(`error: Node $${process.version} is too old\n  fix: install Node 20.19 or newer`); process.exit(2); }'
	npm ci --no-fund --no-audit --loglevel=error
	@touch $@

SOURCES := $(shell find src scripts/build.mjs -type f ! -name '*.test.ts' ! -name '*.wasm' 2>/dev/null)
dist/.built: node_modules/.installed tsconfig.json tsconfig.build.json $(SOURCES)
	npm run --silent build
	@touch $@

install: node_modules/.installed ## Install the dependencies
build: dist/.built ## Compile to dist/

$(DEMO)/train.txt: | dist/.built
	$(HPO) dataset demo $(DEMO)

define search
	$(HPO) optimize --study $(STUDY) --model $(MODEL) --total-trials $(N_TRIALS) --jobs $(JOBS) \
	  --train $(TRAIN) --valid $(VALID)
	$(HPO) best --study $(STUDY) --export $(MODEL_PATH) --force
endef

define predict
	$(HPO) predict --model $(MODEL_PATH) --input $(INPUT_PATH) --output $(OUTPUT_PATH)
endef

train_fasttext: dist/.built $(TRAIN) ## Search 50 fastText trials and export the best model (TRAIN=… VALID=… N_TRIALS=… JOBS=…)
	$(search)

predict_fasttext: dist/.built ## Label INPUT_PATH with the model in MODEL_PATH, write OUTPUT_PATH
	$(predict)

train_lstm train_allennlp predict_lstm: MODEL := lstm

train_lstm: dist/.built $(TRAIN) ## The same with 20 trials of an LSTM
	$(search)

train_allennlp: train_lstm ## The old name of train_lstm

predict_lstm: dist/.built ## Label INPUT_PATH with the LSTM in MODEL_PATH, write OUTPUT_PATH
	$(predict)

build_image: ## Build the Docker image IMAGE (VARIANT=cuda: for GPUs)
	@command -v docker >/dev/null || { echo 'error: there is no docker on the PATH' >&2; echo '  fix: install Docker, or go through the steps without it: scripts/docker-steps.sh' >&2; exit 2; }
	DOCKER_BUILDKIT=1 docker build --build-arg VARIANT=$(VARIANT) --tag $(IMAGE) .

test: dist/.built ## Run all tests; ends with `N passed, N failed`
	npm test --silent

check: dist/.built ## Types, lint, format, architecture
	npm run --silent check

format: node_modules/.installed ## Format the sources
	npm run --silent format

clean: ## Remove what was built (studies, runs and exports stay)
	rm -rf dist node_modules/.installed .tap
