/** Mathematics of the search, on Float64Array; imports nothing beyond this folder. */
export { createSobol, SOBOL_MAX_DIMENSIONS, type SobolSequence } from './sobol.ts';
