import {
  type Batch,
  type InputSpec,
  type Network,
  type ParameterSpec,
  type Scope,
  sigmoidLoss,
  softmaxLoss,
  type Tensor,
} from '../../neural/index.ts';
import type { BatchArrays, BatchLayout, BatchPlan } from '../../text/batches.ts';

/** A network from tokens to one number a label, without its loss. */
export interface TextNetwork {
  readonly parameters: Readonly<Record<string, ParameterSpec>>;
  /** Those of a batch that it reads, each with the sizes 'batch' and 'length'. */
  readonly inputs: Readonly<Partial<Record<TextInput, InputSpec>>>;
  readonly major: BatchLayout['major'];
  /** [batch, labels] */
  logits(scope: Scope): Tensor;
}

/** What a batch of texts offers. */
export type TextInput = keyof Omit<BatchArrays, 'weights'>;

/** What is minimised. */
export type LossSettings =
  | {
      readonly kind: 'crossEntropy';
      readonly labelSmoothing: number;
      readonly labelWeights: readonly number[];
    }
  /** Lin et al., "Focal Loss for Dense Object Detection", ICCV 2017. */
  | { readonly kind: 'focal'; readonly gamma: number; readonly alpha: readonly number[] };

/** What the texts are labelled with. */
export interface Labelling {
  /** Label numbers of each text. */
  readonly gold: readonly (readonly number[])[];
  readonly nLabels: number;
  readonly multiLabel: boolean;
}

/** The whole network: one softmax over the labels, or a sigmoid each where a text may have several. */
export function classifierNetwork(
  { parameters, inputs, logits }: TextNetwork,
  { nLabels, multiLabel }: Pick<Labelling, 'nLabels' | 'multiLabel'>,
  settings: LossSettings,
): Network {
  const gold: InputSpec = multiLabel
    ? { shape: ['batch', nLabels], dtype: 'float32' }
    : { shape: ['batch'], dtype: 'int32' };
  return {
    parameters,
    inputs: inputs as Readonly<Record<string, InputSpec>>,
    targets: { gold, weights: { shape: ['batch'], dtype: 'float32' } },
    forward: (scope) => ({ logits: logits(scope) }),
    loss: (outputs, scope) => {
      const options = { ...lossOptions(settings), exampleWeights: scope.input('weights') };
      const loss = multiLabel ? sigmoidLoss : softmaxLoss;
      return loss(outputs['logits']!, scope.input('gold'), options);
    },
  };
}

function lossOptions(settings: LossSettings) {
  switch (settings.kind) {
    case 'crossEntropy': {
      const { labelSmoothing, labelWeights } = settings;
      const isEven = labelWeights.every((weight) => weight === 1);
      return { labelSmoothing, ...(!isEven && { classWeights: labelWeights }) };
    }
    case 'focal':
      return { focalGamma: settings.gamma, focalAlpha: settings.alpha };
  }
}

/** What a network reads of a batch. */
export function inputArrays({ inputs }: Pick<TextNetwork, 'inputs'>, arrays: BatchArrays): Batch['arrays'] {
  const names = Object.keys(inputs) as TextInput[];
  return Object.fromEntries(names.map((name) => [name, arrays[name]]));
}

/** What its loss is measured by. */
export function targetArrays(
  { gold, nLabels, multiLabel }: Labelling,
  { texts }: BatchPlan,
  { weights }: BatchArrays,
): Batch['arrays'] {
  const rows = weights.length;
  if (!multiLabel) {
    const labels = new Int32Array(rows);
    for (const [row, text] of texts.entries()) labels[row] = gold[text]![0]!;
    return { gold: labels, weights };
  }
  const targets = new Float32Array(rows * nLabels);
  for (const [row, text] of texts.entries())
    for (const label of gold[text]!) targets[row * nLabels + label] = 1;
  return { gold: targets, weights };
}
