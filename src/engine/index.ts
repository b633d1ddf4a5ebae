export { type AskedTrial, type AskParts, ask, runParams, tell } from './ask.ts';
export { type ExportedModel, type ExportOptions, exportBest } from './best-export.ts';
export { optimize } from './optimize.ts';
export type { OptimizeOptions, Parts } from './options.ts';
