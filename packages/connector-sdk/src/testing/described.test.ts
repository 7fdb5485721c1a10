import { expectTypeOf, it } from 'vitest';
import type { Described } from './described.ts';

// Compared by the compiler: the type check fails, not the run.
it('keeps what is named, through intersections, and drops what would allow anything', () => {
  type Open = Readonly<Record<string, unknown>> & { readonly id: string } & { readonly [other: string]: unknown };
  expectTypeOf<Described<Open>>().toEqualTypeOf<{ readonly id: string }>();
  expectTypeOf<Described<{ id: string; name?: string }>>().toEqualTypeOf<{
    readonly id: string;
    readonly name?: string;
  }>();
});
