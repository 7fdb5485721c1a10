/** Records in Template Name. */
export type { TemplateNameConfig } from './config.ts';
export { templateNameStorage } from './definition.ts';
export { type Database, openTemplateNameDriver, type Row, type TemplateNameOptions } from './driver.ts';
