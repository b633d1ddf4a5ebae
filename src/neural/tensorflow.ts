import * as tf from './tensorflow/core.js';

// Off: advice printed to the console of whoever searches hyperparameters, and checks of every tensor for NaN.
tf.enableProdMode();

export { tf };
export type Tensor = tf.Tensor;
