/** Mathematics of the search, on Float64Array; imports nothing beyond this folder. */
export { type LogImprovement, logExpectedImprovement } from './acquisition.ts';
export {
  conditionGaussianProcess,
  fitGaussianProcess,
  fitParameters,
  type GaussianProcess,
  type GpData,
  type GpDimension,
  type GpParameters,
  type Prediction,
} from './gaussian-process.ts';
export { exclusiveHypervolume, hypervolume } from './hypervolume.ts';
export { type Evaluation, type LbfgsOptions, minimize } from './lbfgs.ts';
export { normalCdf } from './normal.ts';
export {
  type Cell,
  createParzenEstimator,
  type ParzenDimension,
  type ParzenEstimator,
  type ParzenKernels,
} from './parzen-estimator.ts';
export { normalizeTargets } from './power-transform.ts';
export { createSobol, SOBOL_MAX_DIMENSIONS, type SobolSequence } from './sobol.ts';
