/** Encrypting what leaves the process, and hashing what need not be read again. */
export { type DeriveOptions, deriveToken } from './derive-token.ts';
export { hashToken, safeEqual } from './hash-token.ts';
export { randomToken } from './random-token.ts';
export { createSealer, type Sealer, type SealerOptions, type SealOptions } from './sealer.ts';
export type { SealingPolicy } from './sealing-keys.ts';
