import type { Look } from '../layout.tsx';
import type { PageNamed, ServerPage } from '../server-page.ts';

/** What a view gets: its page, and how pages look. */
export interface ViewProps<Name extends ServerPage['name']> {
  readonly page: PageNamed<Name>;
  readonly look: Look;
}
