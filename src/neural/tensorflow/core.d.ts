/** tfjs-core with all gradients, as scripts/build.mjs bundles it: the packages themselves cost 250 ms and 100 MB to import. */
export * from '@tensorflow/tfjs-core';
