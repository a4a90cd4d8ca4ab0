/** The source of random choices that the shipped generator uses, for tests. */
export { Random } from '../../src/conformance/fuzz/random.js';
