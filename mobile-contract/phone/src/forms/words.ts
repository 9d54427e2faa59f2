// What every form says.
export const formsEn = {
  "form.not_yet": "Not possible now.", "form.day": "Enter a day, such as 30 11 2026: {what}", "form.choose": "Choose an answer: {what}", "form.write": "Write an answer: {what}", "form.today": "To Today",
  "form.number": "Enter a number: {what}", "form.future": "That is still to come. Enter the day it was", "form.past": "That is over. Enter a time that is still to come",
  "form.substance": "Write a whole sentence, of 20 characters or more: {what}",
} as const;
