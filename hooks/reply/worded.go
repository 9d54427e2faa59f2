package reply

import (
	"encoding/json"
	"errors"
	"maps"
	"net/http"
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
	said := *router.ToApiError(err) // some are shared
	said.Data = maps.Clone(said.Data)
	if said.Data == nil {
		said.Data = map[string]any{}
	}
	cy := Welsh(e.Request)
	if code, ok := said.Data["code"].(string); !ok || !contract.Known(contract.Code(code)) {
		problems := fieldProblems(e.App, said.Data)
		said.Data["code"] = string(codeFor(e.Request, said.Status, len(problems) > 0))
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

// codeFor is the code of an error that was given none.
func codeFor(r *http.Request, status int, problems bool) contract.Code {
	switch {
	case status == http.StatusBadRequest && problems:
		return contract.RefusedInvalid
	case status == http.StatusBadRequest && (strings.HasSuffix(r.Pattern, "/auth-with-password") || strings.HasSuffix(r.Pattern, "/auth-with-otp")):
		return contract.SignInFailed
	case status == http.StatusBadRequest && strings.HasSuffix(r.Pattern, "/records"): // a rule said no
		return contract.NotAllowed
	}
	return contract.OfStatus(status)
}

// fieldProblems are what PocketBase's form of an error says of fields; of a batch, what the
// one request says that stopped it.
func fieldProblems(app core.App, data map[string]any) map[string]contract.FieldProblem {
	out := map[string]contract.FieldProblem{}
	for name, p := range data {
		if name == "requests" {
			if problems := inBatch(app, p); len(problems) > 0 {
				return problems
			}
		}
		if p, ok := p.(map[string]any); ok {
			code, _ := p["code"].(string)
			message, _ := p["message"].(string)
			code = listed(app, code)
			out[name] = contract.FieldProblem{Code: code, Message: contract.FieldSaid(code, message)}
		}
	}
	return out
}

// inBatch are the fields of the requests of a batch that were refused.
func inBatch(app core.App, requests any) map[string]contract.FieldProblem {
	raw, err := json.Marshal(requests)
	if err != nil {
		return nil
	}
	var refused map[string]struct {
		Response struct {
			Data map[string]any `json:"data"`
		} `json:"response"`
	}
	if json.Unmarshal(raw, &refused) != nil {
		return nil
	}
	out := map[string]contract.FieldProblem{}
	for _, r := range refused {
		maps.Copy(out, fieldProblems(app, r.Response.Data))
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
