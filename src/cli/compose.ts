import type { Model, Predictor, Storage } from '../domain/ports.ts';
import type { GlobalArgs } from './command.ts';

/** The only file that picks implementations. Everything heavy is imported when it is asked for. */

export const DEFAULT_STORAGE = 'sqlite:trials.db';

/** Whoever opens a storage closes it. */
export function openStorage(args: GlobalArgs, options: { create: boolean }): Promise<Storage> {
  return area<StorageArea>('storage').then((storage) =>
    storage.openStorage(args.storage ?? DEFAULT_STORAGE, { ...options, trust: args.trust ?? false }),
  );
}

/** Opens the storage for the time of `use`. */
export async function withStorage<T>(
  args: GlobalArgs,
  options: { create: boolean },
  use: (storage: Storage) => Promise<T>,
): Promise<T> {
  const storage = await openStorage(args, options);
  try {
    return await use(storage);
  } finally {
    await storage.close();
  }
}

export async function loadModel(name: string): Promise<Model> {
  return (await area<ModelsArea>('models')).loadModel(name);
}

export async function loadPredictor(dir: string): Promise<Predictor> {
  return (await area<ModelsArea>('models')).loadPredictor(dir);
}

interface StorageArea {
  openStorage(url: string, options: { create: boolean; trust?: boolean }): Promise<Storage>;
}

interface ModelsArea {
  readonly MODEL_NAMES: readonly string[];
  loadModel(name: string): Promise<Model>;
  loadPredictor(dir: string): Promise<Predictor>;
}

/** The registry of an area. A path in a variable compiles before the area has landed. */
async function area<T>(name: string): Promise<T> {
  return (await import(`../${name}/index.ts`)) as T;
}
