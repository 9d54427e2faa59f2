// Letters that are being written outlive everything, as all drafts do.
import { put, remove, under, type Store } from "../../../ts/src/store.ts";
import type { LetterDraft } from "./draft.ts";

export const keepLetter = (store: Store, d: LetterDraft): Promise<void> => store.commit([put("app", "letter/" + d.id, d)]);
export const dropLetter = (store: Store, id: string): Promise<void> => store.commit([remove("app", "letter/" + id)]);
export const readLetters = async (store: Store): Promise<LetterDraft[]> =>
  (await store.list("app", under("letter/"))).map(([, d]) => d as LetterDraft).sort((a, b) => b.kept - a.kept);
