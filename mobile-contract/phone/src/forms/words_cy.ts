// The same in Welsh.
import type { Entry } from "../words.ts";
import type { formsEn } from "./words.ts";

export const formsCy: Record<keyof typeof formsEn, Entry> = {
  "form.not_yet": "Ddim yn bosibl nawr.", "form.day": "Rhowch ddiwrnod, megis 30 11 2026: {what}", "form.choose": "Dewiswch ateb: {what}", "form.write": "Ysgrifennwch ateb: {what}", "form.today": "I Heddiw",
  "form.number": "Rhowch rif: {what}", "form.future": "Mae hynny eto i ddod. Rhowch y diwrnod y digwyddodd", "form.past": "Mae hynny drosodd. Rhowch amser sydd eto i ddod",
  "form.substance": "Ysgrifennwch frawddeg gyfan, o 20 nod neu fwy: {what}",
};
