// Every form, by the name that its drafts bear.
import { championForms } from "../champions/forms.ts";
import { meetingForms } from "../meetings/forms.ts";
import { workForms } from "../work/forms.ts";
import type { Form } from "./form.ts";

export const forms: Record<string, Form> = { ...championForms, ...meetingForms, ...workForms };
