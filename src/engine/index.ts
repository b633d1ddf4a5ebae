export { type AskedTrial, type AskParts, ask, runParams, tell } from './ask.ts';
export { optimize } from './optimize.ts';
export type { OptimizeOptions, Parts } from './options.ts';
