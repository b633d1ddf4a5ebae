/** Mathematics of the search, on Float64Array; imports nothing beyond this folder. */
export {
  type Cell,
  createParzenEstimator,
  type ParzenDimension,
  type ParzenEstimator,
  type ParzenKernels,
} from './parzen-estimator.ts';
export { createSobol, SOBOL_MAX_DIMENSIONS, type SobolSequence } from './sobol.ts';
