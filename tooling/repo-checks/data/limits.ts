/** Sizes that a file and a function must not pass. Good ones stay well below: 250 and 35. */
export const limits = {
  sourceLines: 300,
  /** Tests are lists of cases, which are long without being hard to read. */
  testLines: 500,
  functionLines: 60,
  parameters: 3,
} as const;

/** Generated or vendored files that no person writes. */
export const notWrittenByHand: readonly { readonly path: string; readonly because: string }[] = [
  { path: 'apps/server/src/administration/api/api_pb.ts', because: 'pnpm generate:api writes it from the proto file' },
];
