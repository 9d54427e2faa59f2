// Where an engagement pathway stands, what is due next and what may not happen yet: without
// signal, from the same events the server's answer (PATHWAY.md). A phone need not: with signal
// pathways.allowed, pathway_steps and each event's verdict say the same.
export { evaluate } from "./evaluate.ts";
export { cells } from "./template.ts";
export { kinds } from "./kinds.ts";
export type * from "./types.ts";
