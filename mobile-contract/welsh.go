package contract

// welsh are the titles of the catalogue in Welsh, one for each code.
var welsh = map[Code]string{
	Malformed:      "Nid yw'r cais yn y ffurf y mae'r contract yn ei rhoi.",
	TooLarge:       "Mae'r cais yn fwy nag y caiff cais fod.",
	Unauthorised:   "Mae'r tocyn ar goll neu nid yw'n ddilys.",
	TokenExpired:   "Mae'r tocyn wedi dod i ben: adnewyddwch ef a gofynnwch eto.",
	DeviceNeeded:   "Mae angen tocyn dyfais gofrestredig ar gyfer hyn.",
	ProviderAway:   "Nid yw mewngofnodi eich sefydliad yn ateb.",
	NoAccount:      "Mae eich sefydliad yn eich adnabod, ond nid oes gennych gyfrif gweithredol yma.",
	SignInNeeded:   "Caiff ffôn ei gofrestru o fewn deng munud i fewngofnodi: mewngofnodwch eto.",
	SignInFailed:   "Nid yw'r cyfeiriad, y cyfrinair neu'r cod yn gywir.",
	KeyNeeded:      "Rhaid i ffôn brofi yma mai'r un ffôn ydyw: mewngofnodwch a'i gofrestru gydag allwedd.",
	NonceNeeded:    "Rhaid i'r prawf enwi'r nonce yn DPoP-Nonce: llofnodwch ef o'r newydd a gofynnwch eto.",
	ProofBad:       "Mae'r prawf ar goll, neu nid prawf y ffôn hwn ar gyfer y cais hwn ydyw.",
	DevicesMany:    "Mae gan y person hwn wyth ffôn mewn defnydd: rhaid dod ag un ohonynt i ben yn gyntaf.",
	DeviceLocked:   "Mae'r ddyfais hon wedi'i chloi.",
	DeviceWipe:     "Rhaid i'r ddyfais hon ddileu popeth sydd arni.",
	DeviceEnded:    "Mae cofrestriad y ddyfais hon wedi dod i ben: mewngofnodwch a chofrestrwch eto.",
	ReceiptBad:     "Nid dyma ateb llofnodedig y ddyfais i'w gorchymyn i ddileu.",
	PositionForged: "Ni ellir darllen y safle.",
	PositionUser:   "Mae'r safle'n perthyn i ddefnyddiwr arall.",
	PositionDevice: "Mae'r safle'n perthyn i ddyfais arall.",
	PositionEpoch:  "Dechreuodd hanes y gweinydd o'r newydd: cynigiwch eto yr hyn a gydnabuwyd, yna tynnwch o null.",
	PositionOld:    "Mae'r safle'n hŷn nag y cofir dileadau: trwsiwch drwy grynodeb.",
	ContractOld:    "Mae'r ap yn rhy hen i dynnu; gall wthio o hyd.",
	Busy:           "Mae'r gweinydd yn brysur: gofynnwch eto ar ôl yr amser y mae'n ei enwi.",
	TooManyTries:   "Bu gormod o geisiadau i fewngofnodi: arhoswch yr amser y mae'r ateb yn ei enwi a rhowch gynnig arall arni.",
	AskedOften:     "Rydych wedi gofyn hyn yn aml yn ddiweddar: arhoswch yr amser y mae'r ateb yn ei enwi, neu ffoniwch pwy bynnag sydd gennych mewn golwg.",
	FactorWrong:    "Nid yw'r ail ffactor yn gywir, fe'i defnyddiwyd eisoes, neu nid oes mewngofnodi o'r fath.",
	FactorNeeded:   "Mae angen ail ffactor ar y cyfrif hwn ac nid oes un eto: caiff ei osod ar y tudalennau gwe yn gyntaf.",
	NotFound:       "Nid oes y fath beth, neu nid yw'n eiddo i chi ei weld.",
	NotAllowed:     "Nid oes gennych hawl i wneud hyn.",
	Stale:          "Mae'r cofnod wedi newid ers i chi ei ddarllen.",
	Internal:       "Aeth rhywbeth o'i le.",

	TusVersion:       "Mae'r gweinydd hwn yn siarad tus 1.0.0.",
	UploadMedia:      "Anfonir beitiau fel application/offset+octet-stream.",
	UploadLength:     "Nid dyma'r hyd y cyhoeddwyd y dystiolaeth ag ef.",
	UploadOffset:     "Mae'r uwchlwythiad ar fan arall: gofynnwch gyda HEAD ac ewch ymlaen oddi yno.",
	UploadLocked:     "Mae'r uwchlwythiad yn cael ei ysgrifennu: arhoswch a gofynnwch eto.",
	UploadEnded:      "Mae'r uwchlwythiad wedi dod i ben.",
	UploadQuota:      "Mae gormod yn cael ei uwchlwytho ar unwaith: gorffennwch neu terfynwch uwchlwythiad yn gyntaf.",
	ChecksumMismatch: "Nid oes gan y darn ei swm gwirio; ni chafodd ei gadw.",
	AlreadySealed:    "Mae'r dystiolaeth hon wedi'i selio eisoes.",
	Quarantined:      "Nid dyma'r beitiau y gellir eu selio yma; fe'u cedwir ar wahân.",
	NotSealed:        "Nid yw beitiau'r dystiolaeth hon wedi cyrraedd.",
	NoPreview:        "Ni ellir gwneud rhagolwg o'r dystiolaeth hon.",
	BeingScanned:     "Mae'r dystiolaeth hon yn aros am y sganiwr maleiswedd.",
	Disposed:         "Cafwyd gwared ar y dystiolaeth hon; mae ei thystysgrif yn dweud gan bwy a phryd.",
	DiskFull:         "Nid oes lle nawr; ni chollwyd dim.",

	LetterNotReady: "Nid yw'r llythyr yn un y gellir ei argraffu.",
	LetterOne:      "Mae dogfen yn dal un llythyr at un teulu; gofynnwch am bob un ar ei ben ei hun.",

	BodyEncoding:             "Anfonir corff fel y mae, neu fel gzip.",
	RefusedIDReused:          "Cyflwynwyd rhywbeth arall o dan y dynodydd hwn o'r blaen: cedwir hwn wrth ei ochr, ac ni chaiff ei gymhwyso.",
	RefusedUnknownCollection: "Nid oes casgliad o'r fath i ysgrifennu iddo.",
	RefusedUnknownField:      "Nid oes maes o'r fath.",
	RefusedWrongType:         "Nid yw'r gwerth o fath y maes.",
	RefusedServerOwned:       "Y gweinydd sy'n gosod y maes hwn.",
	RefusedAppendOnly:        "Gellir ychwanegu at y cofnod hwn, ond byth ei newid na'i ddileu.",
	RefusedNotFound:          "Nid oes cofnod o'r fath, neu nid yw'n eiddo i chi ei newid.",
	RefusedInvalid:           "Nid yw maes yn cynnwys yr hyn sydd ei angen.",
	RefusedDeleted:           "Cafodd y cofnod ei ddileu.",
	RefusedGroup:             "Gwrthodwyd newid arall o'r un grŵp.",
	RefusedOrphan:            "Ni chyrhaeddodd y cofnod y mae'n perthyn iddo erioed.",
	RefusedOtherAuthor:       "Rhywun arall a'i cofnododd: mae'n mynd i mewn o dan ei fewngofnodi ei hun.",
	RefusedGroupHeld:         "Mae'n aros gydag un arall o'i grŵp, a chaiff ei gymhwyso gydag ef.",
	MovedOn:                  "Mae'r hyn y dewisoch rhyngddo wedi newid ers i chi ei weld: edrychwch arno eto.",
	AlreadySettled:           "Setlodd rhywun ef o'ch blaen.",
	RangeBad:                 "Nid oes gan y ffeil ystod o'r fath; mae nifer ei beitiau yn Content-Range.",

	LaterTooMany: "Mae gormod o waith y person hwn yn aros i'w gywiro: fe'i cedwir ar y ffôn a'i anfon eto.",
}

// Welsh answers the title of a code in Welsh; where it has none, in English.
func (p Problem) Welsh() string {
	if w := welsh[p.Code]; w != "" {
		return w
	}
	return p.Title
}

// VerdictSentence is what a client shows a worker of one of their mutations.
type VerdictSentence struct {
	Verdict string `json:"verdict"`
	Title   string `json:"title"`
	Welsh   string `json:"welsh"`
}

// VerdictSentences are what a client shows for each verdict, and for what has none yet.
var VerdictSentences = []VerdictSentence{
	{Applied, "Recorded.", "Wedi'i gofnodi."},
	{Merged, "Recorded, together with what somebody else changed meanwhile.", "Wedi'i gofnodi, ynghyd â'r hyn a newidiodd rhywun arall yn y cyfamser."},
	{Conflict, "Somebody else changed the same. Theirs stands; yours is kept for you to decide.", "Newidiodd rhywun arall yr un peth. Eu fersiwn nhw sy'n sefyll; cedwir eich un chi i chi benderfynu."},
	{Refused, "Not recorded yet. It is kept whole: see why, and correct it or take it back.", "Heb ei gofnodi eto. Fe'i cedwir yn gyfan: gwelwch pam, a'i gywiro neu ei dynnu'n ôl."},
	{Held, "Kept, and waiting for the record it belongs to. If nothing comes within five days you are told.", "Wedi'i gadw, ac yn aros am y cofnod y mae'n perthyn iddo. Os na ddaw dim o fewn pum diwrnod, cewch wybod."},
	{Later, "Not sent yet. It is kept on this phone and sent again.", "Heb ei anfon eto. Fe'i cedwir ar y ffôn hwn a'i anfon eto."},
}
