import { HpoError } from '../../domain/errors.ts';
import { ENGINE_NAMES, type EngineRequest, openEngine } from '../../neural/engine.ts';
import { type Check, notOk, ok } from './check.ts';

/** Which engines of neural models are installed, and whether CUDA works; ONNX Runtime on the processor must. */
export async function checkEngines(): Promise<Check[]> {
  const checks: Check[] = [];
  for (const engine of ENGINE_NAMES.filter((name) => name !== 'auto'))
    checks.push(await checkEngine(`engine ${engine}`, { engine }));
  // Not webgpu: where there is no such device, its loader says so on standard error, past everybody.
  checks.push(await checkEngine('device cuda', { engine: 'onnxruntime', device: 'cuda' }));
  return checks;
}

async function checkEngine(check: string, request: EngineRequest): Promise<Check> {
  try {
    return ok(check, (await openEngine(request)).description);
  } catch (error) {
    if (!(error instanceof HpoError)) throw error;
    const isNeeded = request.engine === 'onnxruntime' && request.device === undefined;
    if (isNeeded) return notOk(check, 'fail', error.message, 'npm install onnxruntime-node');
    return { check, status: 'absent', found: error.message, fix: null };
  }
}
