// Trains one file with the built fastText engine, as the official program would: node fasttext-train.mjs INPUT MODEL ARGS_JSON [--no-vectors]
import { readFileSync } from 'node:fs';
import { completeArgs } from '../../dist/models/fasttext/args.js';
import { tokenise } from '../../dist/models/fasttext/corpus.js';
import { writeModelFile } from '../../dist/models/fasttext/model-file.js';
import { planTraining, Training } from '../../dist/models/fasttext/training.js';
import { writeVectorsFile } from '../../dist/models/fasttext/vectors-file.js';

const [input, model, json, noVectors] = process.argv.slice(2);
const args = completeArgs(JSON.parse(json));
const training = new Training(planTraining(tokenise(readFileSync(input), args.labelPrefix), args));
while (!training.hasReached(1)) {
  if (!training.advance(1, 20_000)) throw new Error('diverged');
}
const content = training.content();
await writeModelFile(`${model}.bin`, content);
if (noVectors === undefined) await writeVectorsFile(`${model}.vec`, content);
