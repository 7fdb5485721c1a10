/** Why this API, reached and understood, is not fit to be a storage: the rest of a sentence that names it. */
export class Unfit extends Error {
  override readonly name = 'Unfit';
}
