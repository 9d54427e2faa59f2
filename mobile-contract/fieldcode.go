package contract

// FieldCode is one code that says what is wrong with a field (FieldProblem.code): a closed
// list, as the errors' is. A rule's own message may say more than the sentence does; a
// client in another language than its message shows the sentence.
type FieldCode struct {
	Code  string `json:"code"`
	Means string `json:"means"` // for who writes a client
	Title string `json:"title"` // for a person
	Welsh string `json:"welsh"`
}

// Field codes that a client may act on by themselves.
const (
	FieldInvalid  = "invalid"
	FieldNotText  = "not_text"
	FieldTooDeep  = "too_deep"
	FieldRequired = "required"
)

// FieldCodes is the list: what may be wrong with any field, and then what the practice
// asks of one.
var FieldCodes = append([]FieldCode{
	{"append_only", "the collection can only be added to", "This record can be added to, never changed or deleted.", "Gellir ychwanegu at y cofnod hwn, ond byth ei newid na'i ddileu."},
	{"blank", "a required text, or a name, has no character that takes ink", "There is nothing to read in this: write it out.", "Nid oes dim i'w ddarllen yma: ysgrifennwch ef yn llawn."},
	{"changed_since", "the record is not as it was when this was decided on it", "This has changed since you read it: read it as it now stands.", "Mae hwn wedi newid ers i chi ei ddarllen: darllenwch ef fel y mae nawr."},
	{"fixed", "the field keeps the value of its creation, or its author's", "This keeps the value it was created with.", "Mae hwn yn cadw'r gwerth a gafodd wrth ei greu."},
	{FieldInvalid, "the value breaks a rule that has no code of its own; the message says which", "This does not hold what it must.", "Nid yw hwn yn cynnwys yr hyn sydd ei angen."},
	{"line_break", "a name has a line break", "A name goes on one line.", "Mae enw'n mynd ar un llinell."},
	{"missing", "what the field names does not exist, or is not the user's to see", "There is no such record here.", "Nid oes cofnod o'r fath yma."},
	{"no_such_day", "a day or a time that there is not", "There is no such day or time.", "Nid oes diwrnod nac amser o'r fath."},
	{"no_such_year", "a year out of reason for what the field is of", "Is the year right? Nothing of then is recorded here.", "A yw'r flwyddyn yn gywir? Ni chofnodir dim o'r cyfnod hwnnw yma."},
	{"not_allowed", "the user has no right to this", "You may not do this.", "Nid oes gennych hawl i wneud hyn."},
	{"not_contested", "the field is not one that two people wrote differently", "Two people did not write this field differently.", "Ni ysgrifennodd dau berson y maes hwn yn wahanol."},
	{"not_found", "what was named is not there any more", "This is not there any more.", "Nid yw hwn yno mwyach."},
	{"not_json", "the field's JSON cannot be read by every reader", "This could not be read.", "Nid oedd modd darllen hwn."},
	{FieldNotText, "the text has a NUL, bytes that are no UTF-8 or half of a surrogate pair", "There is something in this text that is no letter: write it again.", "Mae rhywbeth yn y testun hwn nad yw'n llythyren: ysgrifennwch ef eto."},
	{"not_unique", "a record with this key exists", "There is one like this already.", "Mae un fel hwn eisoes."},
	{"other_case", "a relation leads to another case", "There is no such record in this case.", "Nid oes cofnod o'r fath yn yr achos hwn."},
	{FieldRequired, "a rule asks for a value here", "This must be filled in.", "Rhaid llenwi hwn."},
	{"server_owned", "the server sets the field", "The server fills this in; leave it as it is.", "Y gweinydd sy'n llenwi hwn; gadewch ef fel y mae."},
	{"stale", "the record has changed since it was read", "This has changed since you read it: read it again.", "Mae hwn wedi newid ers i chi ei ddarllen: darllenwch ef eto."},
	{"to_come", "what happened is dated later than now", "This is still to come: give the day and time at which it happened.", "Mae hwn eto i ddod: rhowch y diwrnod a'r amser y digwyddodd."},
	{FieldTooDeep, "the JSON nests deeper than 64", "This is nested too deeply to be kept.", "Mae gormod o haenau yn hwn i'w gadw."},
	{"too_late", "it would be after what it comes before", "This day or time is too late.", "Mae'r diwrnod neu'r amser hwn yn rhy hwyr."},
	{"too_early", "it would be before what it follows, or lies ahead", "This day or time is too early, or lies ahead.", "Mae'r diwrnod neu'r amser hwn yn rhy gynnar, neu eto i ddod."},
	{"too_large", "more bytes than are taken", "This is too large.", "Mae hwn yn rhy fawr."},
	{"too_many", "more of them than are taken", "There are too many of these.", "Mae gormod o'r rhain."},
	{"transition", "the status does not follow from the present one, or not by this person", "This step cannot be taken from here, or not by you.", "Ni ellir cymryd y cam hwn o'r fan hon, neu nid gennych chi."},
	{"unknown_field", "the collection has no such field", "There is no such field.", "Nid oes maes o'r fath."},
	{"wrong_type", "the value is not of the field's type", "This is not the kind of value that goes here.", "Nid dyma'r math o werth sy'n mynd yma."},

	{"validation_date_invalid", "not a date", "This is no date.", "Nid yw hwn yn ddyddiad."},
	{"validation_email_domain_not_allowed", "the address's domain is not taken", "Addresses of this kind are not taken.", "Ni dderbynnir cyfeiriadau o'r math hwn."},
	{"validation_in_invalid", "not one of the field's options", "Choose one of the values given.", "Dewiswch un o'r gwerthoedd a roddir."},
	{"validation_invalid_email", "no email address", "This is no email address.", "Nid yw hwn yn gyfeiriad e-bost."},
	{"validation_invalid_format", "the text does not match the field's pattern", "This is not written in the form it needs.", "Nid yw hwn wedi'i ysgrifennu yn y ffurf sydd ei hangen."},
	{"validation_invalid_json", "not JSON", "This could not be read.", "Nid oedd modd darllen hwn."},
	{"validation_invalid_new_email", "the new address cannot be used", "This address cannot be used.", "Ni ellir defnyddio'r cyfeiriad hwn."},
	{"validation_invalid_old_password", "the present password is not right", "The password you have now is not right.", "Nid yw eich cyfrinair presennol yn gywir."},
	{"validation_invalid_password", "the password is not right", "The password is not right.", "Nid yw'r cyfrinair yn gywir."},
	{"validation_invalid_token", "the link's token is spent or too old", "This link has been used or is too old.", "Mae'r ddolen hon wedi'i defnyddio neu'n rhy hen."},
	{"validation_invalid_value", "the value breaks the field's rule", "This value is not taken here.", "Ni dderbynnir y gwerth hwn yma."},
	{"validation_is_email", "no email address", "This is no email address.", "Nid yw hwn yn gyfeiriad e-bost."},
	{"validation_length_invalid", "not of the length asked for", "This is not as long as it must be.", "Nid yw hwn o'r hyd sydd ei angen."},
	{"validation_length_out_of_range", "shorter or longer than is taken", "This is too short or too long.", "Mae hwn yn rhy fyr neu'n rhy hir."},
	{"validation_length_too_long", "longer than is taken", "This is too long.", "Mae hwn yn rhy hir."},
	{"validation_length_too_short", "shorter than is taken", "This is too short.", "Mae hwn yn rhy fyr."},
	{"validation_match_invalid", "the text does not match the pattern", "This is not written in the form it needs.", "Nid yw hwn wedi'i ysgrifennu yn y ffurf sydd ei hangen."},
	{"validation_max_number_constraint", "greater than the field's maximum", "This number is too great.", "Mae'r rhif hwn yn rhy fawr."},
	{"validation_max_text_constraint", "longer than the field's maximum", "This is too long.", "Mae hwn yn rhy hir."},
	{"validation_min_number_constraint", "less than the field's minimum", "This number is too small.", "Mae'r rhif hwn yn rhy fach."},
	{"validation_min_text_constraint", "shorter than the field's minimum", "This is too short.", "Mae hwn yn rhy fyr."},
	{"validation_missing_rel_records", "a relation names a record that does not exist", "There is no such record here.", "Nid oes cofnod o'r fath yma."},
	{"validation_not_a_number", "no number", "This is no number.", "Nid yw hwn yn rhif."},
	{"validation_not_enough_values", "fewer values than the field asks for", "Choose more of these.", "Dewiswch fwy o'r rhain."},
	{"validation_not_unique", "a record with this value exists", "There is one like this already.", "Mae un fel hwn eisoes."},
	{"validation_only_int_constraint", "not a whole number", "This must be a whole number.", "Rhaid i hwn fod yn rhif cyfan."},
	{"validation_pk_change", "an id never changes", "This keeps the value it was created with.", "Mae hwn yn cadw'r gwerth a gafodd wrth ei greu."},
	{"validation_pk_invalid", "the id is of another form, or taken", "This id cannot be used.", "Ni ellir defnyddio'r dynodydd hwn."},
	{"validation_required", "the field is required and empty", "This must be filled in.", "Rhaid llenwi hwn."},
	{"validation_token_collection_mismatch", "the link's token is of another kind of account", "This link is for another account.", "Mae'r ddolen hon ar gyfer cyfrif arall."},
	{"validation_too_many_values", "more values than the field takes", "Choose fewer of these.", "Dewiswch lai o'r rhain."},
	{"validation_values_mismatch", "two that must be equal are not", "These two are not the same.", "Nid yw'r ddau hyn yr un fath."},
}, practiceCodes...)

var fieldCodes = func() map[string]FieldCode {
	out := make(map[string]FieldCode, len(FieldCodes))
	for _, c := range FieldCodes {
		out[c.Code] = c
	}
	return out
}()

// FieldCodeOf answers the list's entry for a code.
func FieldCodeOf(code string) (FieldCode, bool) {
	c, ok := fieldCodes[code]
	return c, ok
}
