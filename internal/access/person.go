package access

import "slices"

// Role is what a person is in the work of a centre.
type Role string

const (
	Administrator Role = "administrator"
	Specialist    Role = "specialist"
	Curator       Role = "curator"
	Executor      Role = "executor"
	Ombudsman     Role = "ombudsman"
	FactChecker   Role = "factchecker"
	Head          Role = "head"
	Partner       Role = "partner"
)

var roles = []Role{Administrator, Specialist, Curator, Executor, Ombudsman, FactChecker, Head, Partner}

// Valid says whether the role exists.
func (r Role) Valid() bool { return slices.Contains(roles, r) }

// Person is who acts: somebody who signed in, or the bearer of a token.
type Person struct {
	ID         int64  // of the person, whatever they came with
	Name       string // shown in the audit trail
	Role       Role
	Regions    []string // ISO codes; "*" is all
	Agencies   []int64  // an executor's; empty for others
	Sealed     bool     // may see sealed cases of the regions
	MustChange bool     // may do nothing before the password is a new one
	By         Credential
}

// Credential is what somebody came with, by which it can be checked again
// whether they may still be here.
type Credential struct {
	Kind     CredentialKind
	ID       int64
	Personal bool // a token that somebody who signs in made for themselves
}

// CredentialKind says of which table a credential is.
type CredentialKind string

const (
	ByToken   CredentialKind = "token"
	BySession CredentialKind = "session"
)

// Scope is what the person may read. Executors see posts only through their
// incidents (decision 5), so their scope of posts is empty.
func (p Person) Scope() Scope {
	if p.Role == Executor || !p.Role.Valid() {
		return Scope{}
	}
	return NewScope(p.Regions, nil, p.Role != Partner, p.Sealed)
}

// Action is something a person does.
type Action string

const (
	SeeSelf       Action = "see self" // oneself, one's sessions and tokens, the list of regions
	SeePosts      Action = "see posts"
	EditSearches  Action = "edit searches"
	EditRules     Action = "edit rules"
	EditSources   Action = "edit sources"
	EditAgencies  Action = "edit agencies"
	EditRegions   Action = "edit regions"
	EditTokens    Action = "edit tokens"
	EditPeople    Action = "edit people"
	EditGlossary  Action = "edit glossary"
	SeeAudit      Action = "see audit" // who changed what, of the settings and of people
	SeeLooks      Action = "see looks" // who has looked at sealed incidents
	SeeIncidents  Action = "see incidents"
	Triage        Action = "triage"         // assign, not_ours, spam, duplicate, open by hand
	Execute       Action = "execute"        // accept, return, draft, review
	Approve       Action = "approve"        // approve or send back a draft
	PublishAnswer Action = "publish answer" // answer, interim; comments to the resident
	CloseIncident Action = "close incident" // close, reopen
	Comment       Action = "comment"
	Operate       Action = "operate" // see how the installation is; decide about records that could not be processed
)

// may is the one table of who may do what. Regions, agencies and visibility
// are checked besides.
var may = map[Role][]Action{
	Administrator: {SeeSelf, SeePosts, EditSearches, EditRules, EditSources, EditAgencies, EditRegions, EditTokens, EditPeople, EditGlossary, SeeAudit, SeeLooks, SeeIncidents, Triage, Execute, Approve, PublishAnswer, CloseIncident, Comment, Operate},
	Specialist:    {SeeSelf, SeePosts, EditSearches, EditRules, EditSources, SeeIncidents, Triage, PublishAnswer, CloseIncident, Comment},
	Curator:       {SeeSelf, SeePosts, EditSearches, EditRules, SeeIncidents, Triage, Approve, PublishAnswer, CloseIncident, Comment},
	Executor:      {SeeSelf, SeeIncidents, Execute, Comment},
	Ombudsman:     {SeeSelf, SeePosts, EditSearches, SeeLooks, SeeIncidents, Comment},
	FactChecker:   {SeeSelf, SeePosts, EditSearches, SeeIncidents, Comment},
	Head:          {SeeSelf, SeePosts, SeeIncidents},
	Partner:       {SeeSelf, SeePosts},
}

// Actions are all of them, and Roles all roles: for tables in tests and docs.
func Actions() []Action {
	return []Action{SeeSelf, SeePosts, EditSearches, EditRules, EditSources, EditAgencies, EditRegions, EditTokens,
		EditPeople, EditGlossary, SeeAudit, SeeLooks, SeeIncidents, Triage, Execute, Approve, PublishAnswer, CloseIncident, Comment, Operate}
}

// Roles are all of them.
func Roles() []Role { return slices.Clone(roles) }

// May says whether the person's role allows an action.
func (p Person) May(a Action) bool { return slices.Contains(may[p.Role], a) }
