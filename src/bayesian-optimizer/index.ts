/** Mathematics of the search, on Float64Array; imports nothing beyond this folder. */
export { type LogImprovement, logExpectedImprovement } from './acquisition.ts';
export { type BentTargets, bendTargets } from './bend-targets.ts';
export {
  type CmaPoint,
  type CmaState,
  defaultPopulation,
  drawCma,
  startCma,
  updateCma,
} from './cma-es.ts';
export {
  applyMargin,
  type CellOf,
  marginOf,
} from './cma-margin.ts';
export { conditionGaussianProcess, type GaussianProcess, type Prediction } from './gaussian-process.ts';
export { drawParameters, type FittedParameters, fitParameters } from './gp-parameters.ts';
export { type HamiltonianOptions, sampleHamiltonian } from './hamiltonian.ts';
export { exclusiveHypervolume, hypervolume } from './hypervolume.ts';
export { type Evaluation, type LbfgsOptions, minimize } from './lbfgs.ts';
export type { GpData, GpDimension, GpParameters } from './matern-kernel.ts';
export { normalCdf } from './normal.ts';
export {
  type Cell,
  createParzenEstimator,
  type ParzenDimension,
  type ParzenEstimator,
  type ParzenKernels,
} from './parzen-estimator.ts';
export { createSobol, SOBOL_MAX_DIMENSIONS, type SobolSequence } from './sobol.ts';
