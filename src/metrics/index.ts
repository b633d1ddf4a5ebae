export { accuracy } from './accuracy.ts';
export { averagePrecision, macroAveragePrecision } from './average-precision.ts';
export {
  type Bootstrap,
  type BootstrapOptions,
  bootstrapScore,
  type PairedBootstrap,
  pairedBootstrap,
} from './bootstrap.ts';
export { brierScore, calibrationError, type Forecasts, listForecasts } from './calibration.ts';
export { confusionMatrix } from './confusion-matrix.ts';
export { type Confusion, largestConfusions } from './confusions.ts';
export { type EvaluateOptions, evaluate } from './evaluate.ts';
export type { Scores } from './f-beta.ts';
export { countLabels, type LabelCounts, type LabelSets } from './label-counts.ts';
export { type LabelReportRow, labelReport } from './label-report.ts';
export { logLoss, multiLabelLogLoss } from './log-loss.ts';
export { evaluateMajority } from './majority.ts';
export { matthews } from './matthews.ts';
export { precisionRecallFBeta, type ScoreOptions, scoreLabels } from './precision-recall-fbeta.ts';
export { judgeProbabilities } from './probability-quality.ts';
export { type ResampledScore, startResampledMean, startResampledScore } from './resampled-score.ts';
export { computeStatistics, type ScoredDocuments } from './score-statistics.ts';
export { fitTemperature, type ScoredLabels, scaleScores, toLogits } from './temperature.ts';
export { tuneBinaryThreshold } from './tune-binary-threshold.ts';
export { type TuneOptions, tuneThreshold } from './tune-threshold.ts';
