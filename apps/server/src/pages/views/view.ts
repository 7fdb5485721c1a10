import type { Page } from '@ostiary/issuer';
import type { Look } from '../layout.tsx';

/** What a view gets: its page, and how pages look. */
export interface ViewProps<Name extends Page['name']> {
  readonly page: Extract<Page, { name: Name }>;
  readonly look: Look;
}
