/** Unit tests reach no network: a connector or an issuer is handed its `fetch`, so nobody needs the global one. */
globalThis.fetch = () => {
  throw new Error('a unit test called the global fetch: inject one instead');
};
