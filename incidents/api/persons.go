package api

import (
	"context"
	"net/http"
	"time"

	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/people"
)

// Person is somebody who signs in here.
type Person struct {
	ID          int64       `json:"id"`
	Version     int         `json:"version" doc:"For the next change."`
	Login       string      `json:"login" doc:"Empty for whoever only comes through a provider."`
	Name        string      `json:"name"`
	Email       string      `json:"email"`
	Role        access.Role `json:"role"`
	Regions     []string    `json:"regions" doc:"Codes; * is all."`
	Agencies    []int64     `json:"agencies" doc:"An executor's."`
	Sealed      bool        `json:"sealed" doc:"May see sealed cases."`
	Language    string      `json:"language" enum:"ru,en"`
	Disabled    bool        `json:"disabled" doc:"May not sign in; their tokens are no good."`
	DisabledAt  *time.Time  `json:"disabled_at,omitempty"`
	CreatedAt   time.Time   `json:"created_at"`
	CreatedBy   string      `json:"created_by"`
	HasPassword bool        `json:"has_password"`
	MustChange  bool        `json:"must_change" doc:"Has to change the password first."`
	TOTP        bool        `json:"totp" doc:"Signing in needs a code."`
}

// PersonDraft says what somebody is to be.
type PersonDraft struct {
	Login    string   `json:"login,omitempty" doc:"2–64 letters, digits and . _ @ + -; upper and lower case are one. Missing: only through a provider."`
	Name     string   `json:"name" doc:"Shown in the audit trail."`
	Email    string   `json:"email,omitempty" doc:"By which a provider's sign-in is known the first time."`
	Role     string   `json:"role" doc:"administrator, specialist, curator, executor, ombudsman, factchecker, head or partner."`
	Regions  []string `json:"regions" doc:"Codes; * is all."`
	Agencies []int64  `json:"agencies,omitempty" doc:"An executor's."`
	Sealed   bool     `json:"sealed,omitempty" doc:"May see sealed cases."`
	Language string   `json:"language,omitempty" enum:"ru,en" doc:"Missing: ru."`
	Disabled bool     `json:"disabled,omitempty" doc:"May not sign in."`
	Password string   `json:"password,omitempty" doc:"A new one, that the person has to change first; missing: it stays."`
}

func (d PersonDraft) draft() people.Draft {
	return people.Draft{Login: d.Login, Name: d.Name, Email: d.Email, Role: access.Role(d.Role), Regions: d.Regions, Agencies: d.Agencies,
		Sealed: d.Sealed, Language: d.Language, Disabled: d.Disabled, Password: d.Password}
}

func showPerson(p people.Person) Person {
	return Person{ID: p.ID, Version: p.Version, Login: p.Login, Name: p.Name, Email: p.Email, Role: p.Role, Regions: some(p.Regions),
		Agencies: some(p.Agencies), Sealed: p.Sealed, Language: p.Language, Disabled: p.Disabled != nil, DisabledAt: p.Disabled,
		CreatedAt: p.CreatedAt.UTC(), CreatedBy: p.CreatedBy, HasPassword: p.HasPass, MustChange: p.MustChange, TOTP: p.TOTP}
}

func (s *server) registerPersons() {
	handle(s, route{method: http.MethodGet, path: "/people", id: "list-people", summary: "List people",
		about: "Those whose regions are all among one's own.", action: access.EditPeople},
		func(ctx context.Context, who access.Person, in *struct{ Page }) (*body[List[Person]], error) {
			ps, next, err := pageOf(ctx, in.Page, func(p people.Person) int64 { return p.ID }, func(after int64, limit int) ([]people.Person, error) {
				return s.People.List(ctx, who, after, limit)
			})
			if err != nil {
				return nil, err
			}
			return listOf(mapped(ps, showPerson), next), nil
		})
	handle(s, route{method: http.MethodPost, path: "/people", id: "create-person", summary: "Add a person", action: access.EditPeople, lasting: true, status: http.StatusCreated},
		func(ctx context.Context, who access.Person, in *struct{ Body PersonDraft }) (*body[Person], error) {
			if err := s.agencies(ctx, who, in.Body.Agencies); err != nil {
				return nil, err
			}
			p, err := s.People.Create(ctx, who, in.Body.draft())
			if err != nil {
				return nil, err
			}
			return reply(showPerson(p)), nil
		})
	handle(s, route{method: http.MethodGet, path: "/people/{id}", id: "get-person", summary: "One person", action: access.EditPeople},
		func(ctx context.Context, who access.Person, in *IDPath) (*body[Person], error) {
			p, err := s.People.Get(ctx, who, in.ID)
			if err != nil {
				return nil, err
			}
			return reply(showPerson(p)), nil
		})
	handle(s, route{method: http.MethodPut, path: "/people/{id}", id: "change-person", summary: "Change a person",
		about:  "Replaces everything but the password. A new password, another reach or being disabled ends their sessions.",
		action: access.EditPeople, lasting: true},
		func(ctx context.Context, who access.Person, in *struct {
			IDPath
			Body struct {
				PersonDraft
				Version int `json:"version" doc:"That the change is of."`
			}
		}) (*body[Person], error) {
			if err := s.agencies(ctx, who, in.Body.Agencies); err != nil {
				return nil, err
			}
			p, err := s.People.Update(ctx, who, in.ID, in.Body.Version, in.Body.draft())
			if err != nil {
				return nil, err
			}
			return reply(showPerson(p)), nil
		})
	handle(s, route{method: http.MethodDelete, path: "/people/{id}/totp", id: "reset-totp", summary: "Switch somebody's second factor off",
		about: "For whoever has lost the phone and the recovery codes.", action: access.EditPeople, lasting: true, status: http.StatusNoContent},
		func(ctx context.Context, who access.Person, in *IDPath) (*nothing, error) {
			return nil, s.People.ResetTOTP(ctx, who, in.ID)
		})
}
