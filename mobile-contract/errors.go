package contract

import "slices"

// Code is a stable name for what went wrong; it never changes meaning.
type Code string

// The closed catalogue of errors. A phone decides by code, never by message.
const (
	Malformed      Code = "malformed"
	TooLarge       Code = "too_large"
	BodyEncoding   Code = "content_encoding"
	Unauthorised   Code = "unauthorised"
	TokenExpired   Code = "token_expired"
	DeviceNeeded   Code = "device_needed"
	ProviderAway   Code = "provider_away"
	NoAccount      Code = "no_account"
	SignInNeeded   Code = "sign_in_needed"
	SignInFailed   Code = "sign_in_failed"
	KeyNeeded      Code = "key_needed"
	NonceNeeded    Code = "use_dpop_nonce"
	ProofBad       Code = "invalid_dpop_proof"
	DevicesMany    Code = "too_many_devices"
	DeviceLocked   Code = "device_locked"
	DeviceWipe     Code = "device_wipe"
	DeviceEnded    Code = "device_ended"
	ReceiptBad     Code = "receipt_not_valid"
	PositionForged Code = "position_forged"
	PositionUser   Code = "position_other_user"
	PositionDevice Code = "position_other_device"
	PositionEpoch  Code = "position_other_epoch"
	PositionOld    Code = "position_beyond_horizon"
	ContractOld    Code = "contract_too_old"
	Busy           Code = "busy"
	TooManyTries   Code = "too_many_tries"
	FactorWrong    Code = "second_factor_wrong"
	FactorNeeded   Code = "second_factor_needed"
	AskedOften     Code = "asked_often"
	NotFound       Code = "not_found"
	NotAllowed     Code = "not_allowed"
	Stale          Code = "stale"
	Internal       Code = "internal"

	// Of the byte lane (UPLOAD.md).
	TusVersion       Code = "tus_version"
	UploadMedia      Code = "upload_media_type"
	UploadLength     Code = "upload_length"
	UploadOffset     Code = "upload_offset"
	UploadLocked     Code = "upload_locked"
	UploadEnded      Code = "upload_ended"
	UploadQuota      Code = "upload_quota"
	ChecksumMismatch Code = "checksum_mismatch"
	AlreadySealed    Code = "already_sealed"
	Quarantined      Code = "quarantined"
	NotSealed        Code = "not_sealed"
	NoPreview        Code = "no_preview"
	BeingScanned     Code = "being_scanned"
	Disposed         Code = "disposed"
	RangeBad         Code = "range_beyond_end"
	DiskFull         Code = "disk_full"

	// Of letters.
	LetterNotReady Code = "letter_not_ready"
	LetterOne      Code = "letter_one_at_a_time"

	// Why a mutation was refused.
	RefusedUnknownCollection Code = "unknown_collection"
	RefusedUnknownField      Code = "unknown_field"
	RefusedWrongType         Code = "wrong_type"
	RefusedServerOwned       Code = "server_owned"
	RefusedAppendOnly        Code = "append_only"
	RefusedNotFound          Code = "no_such_record"
	RefusedInvalid           Code = "invalid"
	RefusedDeleted           Code = "deleted"
	RefusedGroup             Code = "group_refused"
	RefusedOrphan            Code = "parent_missing"
	RefusedOtherAuthor       Code = "other_author"
	RefusedIDReused          Code = "id_reused"

	RefusedGroupHeld Code = "group_held"

	// Of what a person decides of a conflict or a refusal: also the code of a result.
	MovedOn        Code = "moved_on"
	AlreadySettled Code = "already_settled"

	// Why a mutation was not taken, and stays with its client.
	LaterTooMany Code = "too_many_waiting"
)

// Problem is one entry of the catalogue.
type Problem struct {
	Code   Code
	Status int    // HTTP; 0 for the reasons of a refused mutation
	Title  string // what it means, for a person
	Retry  bool   // whether the same request may succeed later, unchanged
}

// Problems is the catalogue, in the order of its codes.
var Problems = []Problem{
	{Malformed, 400, "The request is not of the form that the contract gives.", false},
	{TooLarge, 413, "The request is larger than one may be.", false},
	{BodyEncoding, 415, "A body is sent as it is, or as gzip.", false},
	{Unauthorised, 401, "The token is missing or not valid.", false},
	{TokenExpired, 401, "The token has expired: refresh it and ask again.", true},
	{DeviceNeeded, 401, "This needs a registered device's token.", false},
	{ProviderAway, 503, "Your organisation's sign-in does not answer.", true},
	{NoAccount, 403, "Your organisation knows you, but you have no active account here.", false},
	{SignInNeeded, 401, "A phone is registered within ten minutes of signing in: sign in again.", false},
	{SignInFailed, 400, "The address, the password or the code is not right.", false},
	{KeyNeeded, 403, "A phone must prove here that it is the phone it was: sign in and register it with a key.", false},
	{NonceNeeded, 401, "The proof must name the nonce in DPoP-Nonce: sign it anew and ask again.", false},
	{ProofBad, 401, "The proof is missing, or it is not one of this phone for this request.", false},
	{DevicesMany, 409, "This person has eight phones in use: one of them must be ended first.", false},
	{DeviceLocked, 403, "This device is locked.", true},
	{DeviceWipe, 403, "This device must remove everything it holds.", false},
	{DeviceEnded, 401, "This device's registration has ended: sign in and register again.", false},
	{ReceiptBad, 403, "This is not the device's signed answer to its order to wipe.", false},
	{PositionForged, 400, "The position cannot be read.", false},
	{PositionUser, 403, "The position belongs to another user.", false},
	{PositionDevice, 403, "The position belongs to another device.", false},
	{PositionEpoch, 409, "The server's history began anew: offer what was acknowledged again, then pull from null.", false},
	{PositionOld, 410, "The position is older than removals are remembered: repair by digest.", false},
	{ContractOld, 426, "The app is too old to pull; it may still push.", false},
	{Busy, 503, "The server is busy: ask again after the time it names.", true},
	{TooManyTries, 429, "There were too many tries to sign in: wait the time that the answer names and try again.", true},
	{FactorWrong, 401, "The second factor is not right, it was used already, or there is no such sign-in.", false},
	{FactorNeeded, 403, "This account needs a second factor and has none yet: it is set up on the web pages first.", false},
	{AskedOften, 429, "You have asked this often of late: wait the time that the answer names, or ring whoever you have in mind.", true},
	{NotFound, 404, "There is no such thing, or it is not yours to see.", false},
	{NotAllowed, 403, "You may not do this.", false},
	{Stale, 412, "The record has changed since you read it.", false},
	{Internal, 500, "Something went wrong.", true},

	{TusVersion, 412, "This server speaks tus 1.0.0.", false},
	{UploadMedia, 415, "Bytes are sent as application/offset+octet-stream.", false},
	{UploadLength, 400, "The length is not the one that the evidence was announced with.", false},
	{UploadOffset, 409, "The upload stands at another offset: ask with HEAD and go on from there.", false},
	{UploadLocked, 423, "The upload is being written to: wait and ask again.", true},
	{UploadEnded, 410, "The upload has ended.", false},
	{UploadQuota, 429, "Too much is being uploaded at once: finish or end an upload first.", true},
	{ChecksumMismatch, 460, "The chunk does not have its checksum; it was not kept.", true},
	{AlreadySealed, 409, "This evidence is sealed already.", false},
	{Quarantined, 422, "The bytes are not what may be sealed here; they are kept apart.", false},
	{NotSealed, 409, "The bytes of this evidence have not arrived.", false},
	{NoPreview, 404, "No preview can be made of this evidence.", false},
	{BeingScanned, 409, "This evidence waits for the malware scanner.", true},
	{Disposed, 410, "This evidence was disposed of; its certificate says by whom and when.", false},
	{RangeBad, 416, "The file has no such range; how many bytes it has is in Content-Range.", false},
	{DiskFull, 507, "There is no room now; nothing was lost.", true},

	{LetterNotReady, 409, "The letter is not one that may be printed.", false},
	{LetterOne, 400, "A document holds one letter to one family; ask for each by itself.", false},

	{RefusedUnknownCollection, 0, "There is no such collection to write to.", false},
	{RefusedUnknownField, 0, "There is no such field.", false},
	{RefusedWrongType, 0, "The value is not of the field's type.", false},
	{RefusedServerOwned, 0, "The server sets this field.", false},
	{RefusedAppendOnly, 0, "This record can be added to, never changed or deleted.", false},
	{RefusedNotFound, 0, "There is no such record, or it is not yours to change.", false},
	{RefusedInvalid, 0, "A field does not hold what it must.", false},
	{RefusedDeleted, 0, "The record was deleted.", false},
	{RefusedGroup, 0, "Another mutation of the same group was refused.", false},
	{RefusedOrphan, 0, "The record it belongs to never arrived.", false},
	{RefusedOtherAuthor, 0, "Somebody else recorded it: it goes in under their own sign-in.", false},
	{RefusedIDReused, 409, "Something else was handed in under this id before: this is kept beside it, and not applied.", false},

	{RefusedGroupHeld, 0, "It waits with another of its group, and is applied with it.", false},

	{MovedOn, 409, "What you chose between has changed since you saw it: look at it again.", false},
	{AlreadySettled, 409, "Somebody settled it before you.", false},

	{LaterTooMany, 0, "Too much of this person's waits to be put right: it is kept on the phone and sent again.", true},
}

// OfStatus is the code of an error that only has a status: what a client does about it is
// the same.
func OfStatus(status int) Code {
	switch status {
	case 401:
		return Unauthorised
	case 403:
		return NotAllowed
	case 404:
		return NotFound
	case 412:
		return Stale
	case 413:
		return TooLarge
	case 429:
		return TooManyTries
	case 503:
		return Busy
	}
	if status >= 500 {
		return Internal
	}
	return Malformed
}

// Known says whether a code is in the catalogue.
func Known(c Code) bool {
	return slices.ContainsFunc(Problems, func(p Problem) bool { return p.Code == c })
}

// Of answers the catalogue's entry for a code.
func Of(c Code) Problem {
	for _, p := range Problems {
		if p.Code == c {
			return p
		}
	}
	return Of(Internal)
}
