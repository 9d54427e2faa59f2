// Drafts outlive everything: a kill, a call, a lock. They lie in the sealed store, and are kept
// at each tap.
import { put, remove, under, type Store } from "../../ts/src/store.ts";
import type { Draft } from "./record.ts";

export const keepDraft = (store: Store, d: Draft): Promise<void> => store.commit([put("app", "draft/" + d.id, d)]);
export const dropDraft = (store: Store, id: string): Promise<void> => store.commit([remove("app", "draft/" + id)]);
export const readDrafts = async (store: Store): Promise<Draft[]> =>
  (await store.list("app", under("draft/"))).map(([, d]) => d as Draft).sort((a, b) => b.kept - a.kept);
