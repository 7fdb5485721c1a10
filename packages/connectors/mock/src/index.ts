/** Connectors that let one made-up person in. Not for real users. */
export type { MockCallbackConfig, MockPasswordConfig } from './config.ts';
export { mockCallback, mockPassword } from './definition.ts';
