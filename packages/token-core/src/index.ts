/** Signing keys and their rotation, JWKS, tokens, sealing. No HTTP, no connector, no framework. */
export * from './jwks/index.ts';
export * from './keys/index.ts';
export * from './sealing/index.ts';
export * from './tokens/index.ts';
