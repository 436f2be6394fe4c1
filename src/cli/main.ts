#!/usr/bin/env node
// Only what is tiny is imported here: until the signals are taken, one of them ends the process.
import { signals, takeSignals } from './take-signals.ts';

takeSignals(process.argv);
const { runCommandLine } = await import('./commands.ts');
process.exitCode = await runCommandLine(process.argv);
signals.close();
