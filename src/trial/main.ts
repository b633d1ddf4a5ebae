import type { Model, TrainingData } from '../domain/ports.ts';
import type { StudyData } from '../domain/study.ts';
import { runTrial } from './run-trial.ts';

/**
 * A trial's process: `node main.js ATTEMPT_DIR`. Loads its one model and, if the study has any, the data; none of the
 * command line's packages. Leaves by `process.exit`: a handle that a model forgot must not keep the slot.
 */
try {
  const dir = process.argv[2];
  if (dir === undefined) throw new Error('usage: main.js ATTEMPT_DIR');
  const code = await runTrial(dir, {
    loadModel: async (name) => (await area<ModelsArea>('models')).loadModel(name),
    openTrainingData: async (data, seed) =>
      (await area<DatasetsArea>('datasets')).openTrainingData(data, seed),
  });
  process.exit(code);
} catch (error) {
  console.error(error);
  process.exit(1);
}

interface ModelsArea {
  loadModel(name: string): Promise<Model>;
}

interface DatasetsArea {
  openTrainingData(data: StudyData, seed: number): TrainingData;
}

/** The registry of an area. A path in a variable compiles before the area has landed. */
async function area<T>(name: string): Promise<T> {
  return (await import(`../${name}/index.ts`)) as T;
}
