// @holdfast/client: a field client of Holdfast's sync. README.md has a first example, SYNC.md
// says what a sync does and in which order.
export { openClient, Client, type Opening, type Shown, type Pending } from "./client.ts";
export { signIn, factors, showFactor, type SignedIn } from "./sign_in.ts";
export { memoryStore, Taken, type Store, type Table, type Op, type Range, type Value, type Disk } from "./store.ts";
export { indexedStore, deleteIndexedStore } from "./indexeddb.ts";
export { keptKey, newKey, signerOf, proof, thumbprint, type Signer } from "./keys.ts";
export { systemClock, type Clock, type Chance } from "./clock.ts";
export { locksOf, storeLocks, type Locks } from "./turn.ts";
export { setLock, unlock, isLocked, sealed, Locked, type Secret, type Unlocked } from "./lock.ts";
export { readyToCapture, capture, takeUp } from "./capture.ts";
export { Uploads, type Upload, type Sent, type Sending } from "./upload.ts";
export { pause } from "./backoff.ts";
export { digest, mix } from "./digest.ts";
export { mutationID, recordID, isMutationID, isRecordID } from "./id.ts";
export type { Answer, Fetch } from "./line.ts";
export type { Lease } from "./lease.ts";
export type { News, Options } from "./engine.ts";
export type { Edit, Entry } from "./outbox.ts";
export type { Fields } from "./records.ts";
export type { Conflict } from "./conflicts.ts";
export type { Refusal } from "./refusals.ts";
export type { Outcome } from "./sync.ts";
export type { Session } from "./place.ts";
export type * from "../wire.ts";
