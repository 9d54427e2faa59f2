// What every form says, in both languages.
import type { Entry } from "../words.ts";

export const formsEn = {
  "form.not_yet": "Not possible now.", "form.day": "Enter a day, such as 30 11 2026: {what}", "form.choose": "Choose an answer: {what}", "form.write": "Write an answer: {what}", "form.today": "To Today",
  "form.number": "Enter a number: {what}", "form.future": "That is still to come. Enter the day it was", "form.past": "That is over. Enter a time that is still to come",
  "form.substance": "Write a whole sentence, of 20 characters or more: {what}",
} as const;

export const formsCy: Record<keyof typeof formsEn, Entry> = {
  "form.not_yet": "Ddim yn bosibl nawr.", "form.day": "Rhowch ddiwrnod, megis 30 11 2026: {what}", "form.choose": "Dewiswch ateb: {what}", "form.write": "Ysgrifennwch ateb: {what}", "form.today": "I Heddiw",
  "form.number": "Rhowch rif: {what}", "form.future": "Mae hynny eto i ddod. Rhowch y diwrnod y digwyddodd", "form.past": "Mae hynny drosodd. Rhowch amser sydd eto i ddod",
  "form.substance": "Ysgrifennwch frawddeg gyfan, o 20 nod neu fwy: {what}",
};
