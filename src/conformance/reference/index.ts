/** The reference model: what other folders import of it. */
export { type Interference, runReference } from './machine.js';
