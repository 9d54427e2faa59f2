// Deeds of a pathway that are written by a form of their own.
export const formOf: Record<string, string> = {
  "meeting.scheduled": "meeting.call", "risk_assessment.submitted": "assessment.write", "referral.sent": "referral.make", "dispute.opened": "dispute.open",
  "new_area.told:front_door": "area.told", "new_area.told:health_visiting": "area.told", "new_area.told:other": "area.told",
};

