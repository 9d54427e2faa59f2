// Evidence that was brought in and is still to be described. Its bytes are on the disk before
// anything is asked; what is asked is little, and consent is never left out.
import { put, remove, under, type Store } from "../../../ts/src/store.ts";
import type { EvidenceRecord } from "../../../ts/wire.ts";
import { dayOf } from "../day.ts";
import type { Rows } from "../rows.ts";

export interface EvidenceDraft {
  /** the row's own id */
  id: string;
  family: string;
  /** how it came in */
  way: "photo" | "file" | "voice";
  kind: EvidenceRecord["kind"];
  title: string;
  mime: string;
  size: number;
  children: string[];
  /** a child's own words or drawing */
  voice: "" | "yes" | "no";
  basis: EvidenceRecord["basis"];
  basis_from: string;
  basis_note: string;
  note: string;
  /** of a copy with parts covered: the sentence that says so, and of what; it stays in front of whatever is noted */
  of?: string;
  /** as its original's */
  sensitivity?: EvidenceRecord["sensitivity"];
  /** when it was taken */
  at: number;
  kept: number;
}

export const kindsFor: Record<EvidenceDraft["way"], readonly EvidenceRecord["kind"][]> = {
  photo: ["home_conditions", "document", "drawing", "letter", "other"],
  file: ["document", "letter", "assessment", "drawing", "other"],
  voice: ["audio"],
};

export const newEvidence = (id: string, family: string, way: EvidenceDraft["way"], mime: string, size: number, now: number): EvidenceDraft => ({
  id, family, way, kind: way === "voice" ? "audio" : way === "file" ? "document" : "home_conditions", title: "", mime, size, children: [], voice: "", basis: "", basis_from: "", basis_note: "", note: "", at: now, kept: now,
});

export const bases = ["consent", "not_required", "refused_but_necessary"] as const;

/** What has to be answered before it is saved. */
export function lacksOf(d: EvidenceDraft): ("basis" | "from" | "why")[] {
  if (!d.basis) return ["basis"];
  if (d.basis === "consent" && !d.basis_from) return ["from"];
  return d.basis === "refused_but_necessary" && d.basis_note.trim() === "" ? ["why"] : [];
}

/** The row as it goes to the server; the bytes' hash and size come beside it. */
export function rowOf(d: EvidenceDraft, title: string): Record<string, unknown> {
  return {
    case: d.family, title: d.title.trim() || title, kind: d.kind, mime: d.mime, captured_at: new Date(d.at).toISOString().replace("T", " "), note: [d.of, d.note.trim()].filter(Boolean).join(" "), children: d.children, ...(d.sensitivity ? { sensitivity: d.sensitivity } : {}),
    voice_of_child: d.voice === "yes", ...(d.voice === "yes" ? { method: d.kind === "drawing" ? "drawing" : "words" } : {}),
    basis: d.basis, ...(d.basis === "consent" ? { basis_from: d.basis_from, basis_on: dayOf(d.at) } : {}), basis_note: d.basis_note.trim(),
  };
}

interface Policy { max_bytes?: Record<string, number>; kinds?: Record<string, { types: string[] }> }

/** The newest published policy: what may come in. */
export const policyOf = (rows: Rows): Policy => (rows.table("evidence_policies").all.filter((p) => p.status === "published").sort((a, b) => b.version - a.version)[0]?.body ?? {}) as Policy;

export const typesFor = (rows: Rows, way: EvidenceDraft["way"]): string[] => [...new Set(kindsFor[way].flatMap((k) => policyOf(rows).kinds?.[k]?.types ?? []))];

const byEnding: Record<string, string> = {
  pdf: "application/pdf", docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document", xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", odt: "application/vnd.oasis.opendocument.text",
  rtf: "text/rtf", csv: "text/csv", txt: "text/plain", eml: "message/rfc822", msg: "application/vnd.ms-outlook", heic: "image/heic", heif: "image/heif", jpg: "image/jpeg", jpeg: "image/jpeg", png: "image/png", m4a: "audio/x-m4a", mp3: "audio/mpeg", wav: "audio/wav",
};

export const mimeOf = (file: Blob & { name?: string }): string => byEnding[file.name?.split(".").pop()?.toLowerCase() ?? ""] ?? file.type;

/** Why it will not be taken, before anybody describes it; "" where it will. */
export function refusal(rows: Rows, way: EvidenceDraft["way"], mime: string, size: number): "" | "empty" | "type" | "large" {
  if (size === 0) return "empty";
  const types = typesFor(rows, way), most = policyOf(rows).max_bytes?.[mime.startsWith("image/") ? "image" : mime.startsWith("audio/") ? "audio" : "document"];
  if (types.length > 0 && !types.includes(mime)) return "type";
  return most !== undefined && size > most ? "large" : "";
}

export const keepEvidence = (store: Store, d: EvidenceDraft): Promise<void> => store.commit([put("app", "evidence/" + d.id, d)]);
export const dropEvidence = (store: Store, id: string): Promise<void> => store.commit([remove("app", "evidence/" + id)]);
export const readEvidence = async (store: Store): Promise<EvidenceDraft[]> =>
  (await store.list("app", under("evidence/"))).map(([, d]) => d as EvidenceDraft).sort((a, b) => b.kept - a.kept);
