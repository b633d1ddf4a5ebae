export {
  computeImportance,
  EVALUATORS,
  type Evaluator,
  type Importance,
  type ImportanceOptions,
  type ParamImportance,
} from './importance.ts';
