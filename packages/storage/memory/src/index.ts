/** Records in the memory of one process: for tests, trials and a single replica that may forget. */
export type { MemoryConfig } from './config.ts';
export { memoryStorage } from './definition.ts';
export { createMemoryData, createMemoryDriver, type MemoryData, type MemoryOptions } from './driver.ts';
