/** A problem with the state directory that a person has to solve. The message says how. */
export class StateError extends Error {}
