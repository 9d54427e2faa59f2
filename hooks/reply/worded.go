package reply

import (
	"errors"
	"maps"
	"net/http"
	"regexp"
	"strings"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"
	"golang.org/x/text/language"

	contract "holdfast/mobile-contract"
)

// Worded sees to it that every error of the API has its code, and its words in the
// language that the client asks for. PocketBase's own doors, and paths that lead nowhere,
// answer an error without a code, and a phone could only go by its English.
//
// What an operator's dashboard is answered stays PocketBase's own.
func Worded(e *core.RequestEvent) error {
	err := e.Next()
	if err == nil || !strings.HasPrefix(e.Request.URL.Path, "/api/") || e.HasSuperuserAuth() {
		return err
	}
	return worded(e, router.ToApiError(err))
}

// worded is an error in the contract's words. Some are shared, and stay as they are.
func worded(e *core.RequestEvent, err *router.ApiError) *router.ApiError {
	said := *err
	said.Data = maps.Clone(said.Data)
	if said.Data == nil {
		said.Data = map[string]any{}
	}
	if stopped(e, &said) {
		return &said
	}
	cy := Welsh(e.Request)
	if code, ok := said.Data["code"].(string); !ok || !contract.Known(contract.Code(code)) {
		problems := fieldProblems(e.App, said.Data)
		said.Data["code"] = string(codeFor(e.Request, err, len(problems) > 0))
		if len(problems) > 0 {
			said.Message = contract.SayFields(problems)
			said.Data["errors"] = problems
			if cy {
				problems = allInWelsh(problems)
			}
			for name, p := range said.Data { // PocketBase's form, for its SDKs
				if p, ok := p.(map[string]any); ok && problems[name].Code != "" {
					p = maps.Clone(p)
					p["code"], p["message"] = problems[name].Code, problems[name].Message
					said.Data[name] = p
				}
			}
		} else if stock.MatchString(said.Message) {
			said.Message = contract.Of(contract.Code(said.Data["code"].(string))).Title
		}
	}
	if cy {
		said.Message = contract.Of(contract.Code(said.Data["code"].(string))).Welsh()
		if problems, ok := said.Data["errors"].(map[string]contract.FieldProblem); ok {
			said.Message += " " + contract.SayFieldsWelsh(problems)
			said.Data["errors"] = allInWelsh(problems)
		}
	}
	return &said
}

// stock are the sentences of PocketBase's that say what its server failed at, and nothing
// that a worker could do about.
var stock = regexp.MustCompile(`^(Failed to |Batch |The requested resource |You are not allowed |Only superusers |The request requires |Something went wrong while )`)

// stopped says of a batch what the one request said that stopped it, there and in its own
// place.
func stopped(e *core.RequestEvent, said *router.ApiError) bool {
	requests, _ := said.Data["requests"].(map[string]any)
	for n, one := range requests {
		one, _ := one.(map[string]any)
		why, ok := one["response"].(*router.ApiError)
		if !ok {
			continue
		}
		why = worded(e, why)
		one = maps.Clone(one)
		one["response"] = why
		said.Message = why.Message
		said.Data["code"], said.Data["requests"] = why.Data["code"], map[string]any{n: one}
		if problems, ok := why.Data["errors"]; ok {
			said.Data["errors"] = problems
		}
		return true
	}
	return false
}

// codeFor is the code of an error that was given none.
func codeFor(r *http.Request, said *router.ApiError, problems bool) contract.Code {
	switch status := said.Status; {
	case status == http.StatusBadRequest && problems:
		return contract.RefusedInvalid
	case status == http.StatusBadRequest && (strings.HasSuffix(r.Pattern, "/auth-with-password") || strings.HasSuffix(r.Pattern, "/auth-with-otp")):
		return contract.SignInFailed
	case status == http.StatusBadRequest && byRule(said):
		return contract.NotAllowed
	}
	return contract.OfStatus(said.Status)
}

// byRule says whether a write was refused by whose right it is. PocketBase's word for that is
// that it failed; hideForeign says it too.
func byRule(said *router.ApiError) bool {
	return strings.HasPrefix(said.Message, "Failed to create record") || strings.HasPrefix(said.Message, "Failed to update record") && said.RawData() == nil
}

// fieldProblems are what PocketBase's form of an error says of fields.
func fieldProblems(app core.App, data map[string]any) map[string]contract.FieldProblem {
	out := map[string]contract.FieldProblem{}
	for name, p := range data {
		if p, ok := p.(map[string]any); ok {
			code, _ := p["code"].(string)
			message, _ := p["message"].(string)
			code = listed(app, code)
			out[name] = contract.FieldProblem{Code: code, Message: contract.FieldSaid(code, message)}
		}
	}
	return out
}

// Problem is what a rule says of a field, with a code of the contract's list.
func Problem(app core.App, problem error) contract.FieldProblem {
	p := contract.FieldProblem{Code: contract.FieldInvalid, Message: problem.Error()}
	var coded interface{ Code() string }
	if errors.As(problem, &coded) {
		p.Code = listed(app, coded.Code())
		p.Message = contract.FieldSaid(p.Code, p.Message)
	}
	return p
}

// listed is a code of the contract's list. One that is not in it no client knows, and
// somebody forgot to write it there.
func listed(app core.App, code string) string {
	if _, ok := contract.FieldCodeOf(code); ok {
		return code
	}
	app.Logger().Error("A field's code is not in the contract's list, and went out as invalid", "code", code)
	return contract.FieldInvalid
}

// Unread is what is wrong with a field's value that some reader cannot read.
func Unread(err error) contract.FieldProblem {
	code := contract.FieldNotText
	var u *Unsound
	switch {
	case errors.As(err, &u) && strings.HasPrefix(u.Why, "It nests"):
		code = contract.FieldTooDeep
	case errors.As(err, &u) && strings.HasPrefix(u.Why, "It has more"):
		code = "too_many"
	}
	c, _ := contract.FieldCodeOf(code)
	return contract.FieldProblem{Code: code, Message: c.Title}
}

var spoken = language.NewMatcher([]language.Tag{language.English, language.MustParse("cy")})

// Welsh says whether a request would rather be answered in Welsh than in English.
func Welsh(r *http.Request) bool {
	header := r.Header.Get("Accept-Language")
	if header == "" {
		return false
	}
	tags, _, err := language.ParseAcceptLanguage(header)
	if err != nil {
		return false
	}
	_, at, _ := spoken.Match(tags...)
	return at == 1
}

// InWelsh puts the words of verdicts into Welsh. What is kept of them stays as it was
// said, for who reads it later may read another language.
func InWelsh(results []contract.Result) {
	for i := range results {
		r := &results[i]
		if r.Code != "" {
			r.Message = contract.Of(contract.Code(r.Code)).Welsh()
		}
		if r.Errors != nil {
			r.Message = strings.TrimSpace(r.Message + " " + contract.SayFieldsWelsh(r.Errors))
			r.Errors = allInWelsh(r.Errors)
		}
	}
}

func allInWelsh(problems map[string]contract.FieldProblem) map[string]contract.FieldProblem {
	out := make(map[string]contract.FieldProblem, len(problems))
	for name, p := range problems {
		out[name] = inWelsh(p)
	}
	return out
}

func inWelsh(p contract.FieldProblem) contract.FieldProblem {
	if c, ok := contract.FieldCodeOf(p.Code); ok {
		p.Message = c.Welsh
	}
	return p
}
