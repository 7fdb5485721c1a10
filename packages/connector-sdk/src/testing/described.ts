/**
 * The members that a vendor's type names. Descriptions of answers often allow any other member beside them (an index
 * signature), which would let one that somebody made up pass the type check of a stand-in.
 */
export type Described<T> = { readonly [K in keyof T as string extends K ? never : K]: T[K] };
