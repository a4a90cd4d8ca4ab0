/** The reference model: what other folders import of it. */
export { runReference } from './machine.js';
