// A calendar's file (RFC 5545) of events: title, time and place. No name of anybody, and
// nothing of a family.
import type { NetworkEventsRecord } from "../../../ts/wire.ts";
import { instant } from "../day.ts";
import { endOf } from "./champion.ts";

const escaped = (text: string): string => text.replace(/[\\;,]/g, "\\$&").replace(/\r?\n/g, "\\n");
const at = (t: number): string => new Date(t).toISOString().replace(/[-:]|\.\d+/g, "");

/** No line is longer than 75 octets; what goes on begins with a blank. */
function folded(line: string): string {
  const out: string[] = [];
  let now = "", size = 0;
  for (const c of line) {
    const n = new TextEncoder().encode(c).length;
    if (size + n > (out.length === 0 ? 75 : 74)) {
      out.push(now);
      now = "";
      size = 0;
    }
    now += c;
    size += n;
  }
  return [...out, now].join("\r\n ");
}

export function calendarOf(events: readonly NetworkEventsRecord[], now: number): string {
  const lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Holdfast//Events//EN"];
  for (const e of events) {
    lines.push("BEGIN:VEVENT", "UID:" + e.id + "@holdfast", "DTSTAMP:" + at(now), "DTSTART:" + at(instant(e.starts_at)), "DTEND:" + at(endOf(e)), "SUMMARY:" + escaped(e.title));
    if (e.place) lines.push("LOCATION:" + escaped(e.place));
    lines.push(e.status === "cancelled" ? "STATUS:CANCELLED" : "STATUS:CONFIRMED", "END:VEVENT");
  }
  return [...lines, "END:VCALENDAR", ""].map(folded).join("\r\n");
}

/** Hands the file to the device, which asks what to do with it. */
export function saveCalendar(events: readonly NetworkEventsRecord[], now = Date.now()): void {
  const url = URL.createObjectURL(new Blob([calendarOf(events, now)], { type: "text/calendar" })), link = document.createElement("a");
  link.href = url;
  link.download = "event.ics";
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
