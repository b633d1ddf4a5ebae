export { type AskedTrial, type AskParts, ask, runParams, tell } from './ask.ts';
export { type ExportedModel, type ExportOptions, exportBest } from './best-export.ts';
export { findLiveEngines, type LiveEngine, type RunningTrials } from './live-engines.ts';
export { optimize } from './optimize.ts';
export type { OptimizeOptions, Parts } from './options.ts';
export {
  ASK_LAUNCHER,
  askOwnTrial,
  type OwnTrial,
  type OwnTrialParts,
  reopenOwnTrial,
  tellOwnTrial,
} from './own-trial.ts';
export { stopTrial } from './stop-trial.ts';
