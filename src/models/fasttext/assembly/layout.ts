// Shapes and places, set by the host before anything runs. Addresses are bytes.

/** Bytes from one row of a matrix to the next. */
export let strideBytes: u32 = 0;
export let nLabels: i32 = 0;
/** Input matrix (compact rows) and output matrix (rows padded to a multiple of four labels). */
export let inputs: usize = 0;
export let outputs: usize = 0;
/** One row each. */
export let hidden: usize = 0;
export let gradient: usize = 0;
/** One float a label (a decision with few-row losses), padded to eight. */
export let scores: usize = 0;
export let alphas: usize = 0;
/** Four tables of 515 floats, see `sigmoidIndex`: sigmoid s, −log(1 − s), and the tabulated −log s and −log(1 − s). */
export let sigmoids: usize = 0;
/** See the LOSS constants. */
export let loss: i32 = 0;

export const SOFTMAX: i32 = 0;
export const ONE_VS_ALL: i32 = 1;
export const HIERARCHICAL: i32 = 2;
export const NEGATIVES: i32 = 3;

// ---- training corpus: row ids and labels of every line, by offsets; the order of an epoch
export let rows: usize = 0;
export let rowStarts: usize = 0;
export let labels: usize = 0;
export let labelStarts: usize = 0;
export let tokenCounts: usize = 0;
export let order: usize = 0;
export let orderLength: i32 = 0;

// ---- the tree of labels: node i < nLabels is a leaf, the others are rows i − nLabels of the output matrix
/** Inner nodes from a leaf to the root as rows, by offsets a label; 1 where the way turns right, else 0. */
export let pathStarts: usize = 0;
export let pathRows: usize = 0;
export let pathAnswers: usize = 0;
/** Left and right child of each inner node. */
export let children: usize = 0;
/** A float a node; nodes with their scores. */
export let nodeScores: usize = 0;
export let nodeStack: usize = 0;

// ---- negative sampling: label i owns the numbers from ends[i − 1] to ends[i] of 0 … drawRange
export let negatives: i32 = 0;
export let drawRange: i32 = 0;
export let drawEnds: usize = 0;
/** First label that may own the numbers from 4096 i on. */
export let drawGuide: usize = 0;
/** The label itself and its negatives; 1 and then zeros. */
export let sampledRows: usize = 0;
export let sampledAnswers: usize = 0;
