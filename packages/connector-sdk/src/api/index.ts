/** Building blocks for providers whose API tells who somebody is: JSON that is checked, pages, refusals. */
export { type Api, type ApiOptions, openApi, type PageOf, type Paging, type Question, type Replied } from './api.ts';
export { refusedReason, refusedStatus } from './failure.ts';
export { forbiddenByMessage, type ReadForbidden } from './forbidden.ts';
export { nextLink } from './links.ts';
