import type { Page } from '@ostiary/issuer';

/** Every page there is: the issuer's, and the host's own front door. */
export type ServerPage =
  | Page
  | {
      readonly name: 'home';
      /** The issuer identifier, as configured. */
      readonly issuer: string;
    };

/** The page with a name: what its view is handed. */
export type PageNamed<Name extends ServerPage['name']> = Extract<ServerPage, { name: Name }>;
