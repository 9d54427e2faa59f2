// What is asked about each deed on a pathway that this app has a page for, as PATHWAY.md's
// table of data has it. What needs a record of its own (a letter, a meeting, a referral, an
// assessment of each child) is not in here.
export interface ActField {
  name: string;
  kind: "text" | "long" | "flag" | "choice" | "several" | "adult";
  required?: boolean;
  choices?: readonly string[];
}

const areas = ["language", "literacy", "disability", "health", "work_pattern", "fear_or_abuse", "wrong_address", "transport", "trust", "other"];
const must = true as const;
const text = (name: string, required?: true): ActField => ({ name, kind: "text", required });
const long = (name: string, required?: true): ActField => ({ name, kind: "long", required });
const one = (name: string, choices: readonly string[], required?: true): ActField => ({ name, kind: "choice", choices, required });
const who: ActField = { name: "person", kind: "adult" };

export const actFields: Record<string, readonly ActField[]> = {
  "contact.checked": [one("against", ["referral", "agency_record", "family"], must), one("result", ["confirmed", "corrected", "not_found"], must)],
  "barrier.checked": [{ name: "areas", kind: "several", choices: areas, required: must }, long("note")],
  "barrier.identified": [one("area", areas, must), long("plan")],
  "engagement.described": [one("pattern", ["ambivalent", "avoidant", "confrontational", "hostile", "partial", "superficial"], must), long("seen")],
  "engagement.reviewed": [long("finding", must), { name: "continue", kind: "flag" }],
  "referrer.contacted": [long("result"), long("none_because")],
  "approach.made": [one("with", ["referrer", "trusted_professional", "family_member", "none"], must), long("how"), long("result", must)],
  "plan.agreed": [one("agreement", ["signed", "verbal", "declined_to_sign"], must), text("witnessed_by"), who],
  "consent.given": [who],
  "consent.refused": [long("reason"), who],
  "consent.withdrawn": [long("reason"), who],
  "consent.asked": [long("why", must), long("offered"), who],
  "manager.told": [],
  "manager.discussed": [long("decision", must)],
  "social_worker.told": [text("told")],
  "threshold.decided": [one("decision", ["not_met", "child_in_need", "child_protection"], must), text("decided_by", must)],
  "closure.proposed": [one("reason", ["needs_met", "single_agency", "statutory", "declined", "moved", "other"], must), long("why"), one("basis", ["assessment", "meeting", "family_choice", "handover"])],
  "closure.consulted": [long("answer")],
  "closure.objected": [long("reason", must)],
  "closure.rejected": [long("reason", must)],
  "attempts.reset": [long("reason", must)],
  "pathway.cancelled": [long("reason", must)],
  "new_area.accepted": [text("accepted_by", must), text("service")],
  "family.moved": [text("to")],
  "new_address.checked": [one("result", ["confirmed", "not_found"], must), long("how")],
};

/** Deeds that are recorded by the app's other pages. */
export const recorded: readonly string[] = ["attempt.recorded", "child.seen", "appointment.missed", "appointment.cancelled_by_family", "appointment.cancelled_by_service", "appointment.kept_child_seen", "appointment.kept_child_not_seen"];

/** What of a form was not filled in and must be. */
export const missing = (act: string, data: Record<string, unknown>): string[] =>
  (actFields[act] ?? []).filter((f) => f.required && (f.kind === "several" ? !Array.isArray(data[f.name]) || (data[f.name] as unknown[]).length === 0 : String(data[f.name] ?? "").trim() === "")).map((f) => f.name);

/** The data of an event: what was filled in, and nothing else. */
export const filled = (act: string, data: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries((actFields[act] ?? []).map((f) => [f.name, typeof data[f.name] === "string" ? (data[f.name] as string).trim() : data[f.name]]).filter(([, v]) => v !== undefined && v !== "" && !(Array.isArray(v) && v.length === 0)));
