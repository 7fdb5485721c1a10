import { defineConfig } from 'tsup';
import { defineProgram } from '../../tooling/build/tsup.ts';

export default defineConfig(defineProgram({ main: 'src/bin.ts' }));
