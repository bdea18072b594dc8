package desk

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/mail"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/incidents/incident"
	"github.com/otklik/otklik/incidents/store"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/audit"
	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/postgres"
)

// zone gives a region's zone; fault.Invalid for a region that doesn't exist.
func (d *Desk) zone(region string) (*time.Location, error) {
	if !d.Regions.Known(region) {
		return nil, fault.Fields(fault.Field{Path: "region", Message: fmt.Sprintf("there is no region %.20q", region)})
	}
	return d.Regions.Location(region), nil
}

// mayEdit says whether the person may do that in the region. bad is what is
// wrong with the input besides: all of it is said at once.
func (d *Desk) mayEdit(who access.Person, a access.Action, region string, bad fields) error {
	switch {
	case !who.May(a):
		return fault.New(fault.Forbidden, "role %q may not %s", who.Role, a)
	case bad.add(!d.Regions.Known(region), "region", "there is no region %.20q", region):
		return bad.fault()
	case !store.ViewOf(who).Region(region):
		return fault.New(fault.Forbidden, "region %s is not among yours", region)
	}
	return nil
}

func (d *Desk) edit(ctx context.Context, who access.Person, a access.Action, region string, f func(tx *store.Tx) error) error {
	if err := d.mayEdit(who, a, region, nil); err != nil {
		return err
	}
	return d.Store.InView(ctx, store.ViewOf(who), f)
}

func (d *Desk) read(ctx context.Context, who access.Person, f func(tx *store.Tx, v store.View) error) error {
	if !who.May(access.SeeIncidents) {
		return fault.New(fault.Forbidden, "role %q may not see the desk", who.Role)
	}
	v := store.ViewOf(who)
	return d.Store.InView(ctx, v, func(tx *store.Tx) error { return f(tx, v) })
}

// readIn is read of what belongs to a region that the person sees.
func (d *Desk) readIn(ctx context.Context, who access.Person, region string, f func(tx *store.Tx) error) error {
	return d.read(ctx, who, func(tx *store.Tx, v store.View) error {
		if !v.Region(region) {
			return fault.New(fault.NotFound, "there is no region %s", region)
		}
		return f(tx)
	})
}

// fields collects what is wrong with an input.
type fields []fault.Field

func (f *fields) add(bad bool, path, format string, args ...any) bool {
	if bad {
		*f = append(*f, fault.Field{Path: path, Message: fmt.Sprintf(format, args...)})
	}
	return bad
}

func (f *fields) fault() error { return fault.Fields(*f...) }

// Agencies gives those of a region, of all regions of the person for "".
func (d *Desk) Agencies(ctx context.Context, who access.Person, region string) (as []incident.Agency, err error) {
	err = d.read(ctx, who, func(tx *store.Tx, v store.View) (err error) {
		as, err = tx.Agencies(ctx, v, region)
		return err
	})
	for i := range as {
		as[i].WebhookSecret = ""
	}
	return as, err
}

// Agency gives one.
func (d *Desk) Agency(ctx context.Context, who access.Person, id int64) (a incident.Agency, err error) {
	err = d.read(ctx, who, func(tx *store.Tx, v store.View) (err error) {
		if a, err = tx.Agency(ctx, id); err == nil && !v.Region(a.Region) {
			a, err = incident.Agency{}, fault.New(fault.NotFound, "there is no agency %d", id)
		}
		return err
	})
	a.WebhookSecret = ""
	return a, err
}

// PutAgency creates (ID 0) or replaces an agency. Where it gets an address for
// webhooks and no secret, a secret is made and given back, this once.
func (d *Desk) PutAgency(ctx context.Context, who access.Person, a incident.Agency) (incident.Agency, error) {
	bad := checkAgency(&a)
	if err := d.mayEdit(who, access.EditAgencies, a.Region, bad); err != nil {
		return incident.Agency{}, err
	}
	secret, made := a.WebhookSecret, false
	var id int64
	err := d.Store.InView(ctx, store.ViewOf(who), func(tx *store.Tx) (err error) {
		bad := slices.Clone(bad) // this may run again
		var old incident.Agency
		if a.ID != 0 {
			old, err = tx.Agency(ctx, a.ID)
			if err == nil && !store.ViewOf(who).Region(old.Region) {
				err = fault.New(fault.NotFound, "there is no agency %d", a.ID)
			}
			if err != nil {
				return err
			}
			bad.add(old.Region != a.Region, "region", "an agency stays in its region: %s", old.Region)
			if secret == "" {
				secret = old.WebhookSecret
			}
		}
		if err := bad.fault(); err != nil {
			return err
		}
		if a.WebhookURL != "" && secret == "" {
			secret, made = rand.Text(), true
		}
		a.WebhookSecret = secret
		if id, err = tx.PutAgency(ctx, a, who.Name, d.now()); err != nil {
			return err
		}
		return d.record(ctx, tx, who, audit.Agency, id, a.Name, ofAgency(old), ofAgency(a))
	})
	if err != nil {
		return incident.Agency{}, err
	}
	if a.ID = id; !made {
		a.WebhookSecret = ""
	}
	return a, nil
}

// checkAgency tidies an agency and says what is wrong with it in itself.
func checkAgency(a *incident.Agency) fields {
	var f fields
	a.Name, a.Kind = strings.TrimSpace(post.Clean(a.Name)), strings.TrimSpace(post.Clean(a.Kind))
	f.add(a.Name == "" || len(a.Name) > 400, "name", "1–400 bytes")
	f.add(len(a.Kind) > 100, "kind", "at most 100 bytes")
	if a.Email != "" {
		p, err := mail.ParseAddress(a.Email)
		f.add(err != nil || p.Address != a.Email || len(a.Email) > 254 || post.Clean(a.Email) != a.Email, "email", "%.80q is not an e-mail address", a.Email)
	}
	if a.WebhookURL != "" {
		u, err := url.Parse(a.WebhookURL)
		f.add(err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || u.User != nil || len(a.WebhookURL) > post.MaxURL ||
			post.Clean(a.WebhookURL) != a.WebhookURL, "webhook_url", "an address http(s)://…, without a password")
	}
	s := a.WebhookSecret
	f.add(s != "" && (len(s) < 16 || len(s) > 200 || post.Clean(s) != s), "webhook_secret", "16–200 bytes of text")
	f.add(a.Default && !a.Active, "default", "an agency that is not active can't be the default one")
	if len(a.Shifts) > 0 {
		if err := a.Shifts.Check(); err != nil {
			f.add(true, "shifts", "%v", err)
		}
	}
	return f
}

// Rules gives those of a region, of all regions of the person for "".
func (d *Desk) Rules(ctx context.Context, who access.Person, region string) (rs []incident.Rule, err error) {
	err = d.read(ctx, who, func(tx *store.Tx, v store.View) (err error) {
		rs, err = tx.Rules(ctx, v, region)
		return err
	})
	return rs, err
}

// Rule gives one.
func (d *Desk) Rule(ctx context.Context, who access.Person, id int64) (r incident.Rule, err error) {
	err = d.read(ctx, who, func(tx *store.Tx, v store.View) (err error) {
		if r, err = tx.Rule(ctx, id); err == nil && !v.Region(r.Region) {
			r, err = incident.Rule{}, fault.New(fault.NotFound, "there is no rule %d", id)
		}
		return err
	})
	return r, err
}

// PutRule creates (ID 0) or replaces a rule about a search that the person
// sees. Severity "" is normal.
func (d *Desk) PutRule(ctx context.Context, who access.Person, r incident.Rule) (incident.Rule, error) {
	if r.Severity == "" {
		r.Severity = incident.Normal
	}
	r.Name = strings.TrimSpace(post.Clean(r.Name))
	var bad fields
	bad.add(r.Name == "" || len(r.Name) > 400, "name", "1–400 bytes")
	bad.add(r.Mode != incident.Suggest && r.Mode != incident.Auto, "mode", "use suggest or auto")
	bad.add(!r.Severity.Valid(), "severity", "use low, normal, raised or critical")
	ok, err := d.seesSearch(ctx, who, r.Search)
	if err != nil {
		return incident.Rule{}, err
	}
	bad.add(!ok, "search", "there is no standing search %d", r.Search)
	if err := d.mayEdit(who, access.EditRules, r.Region, bad); err != nil {
		return incident.Rule{}, err
	}
	var id int64
	err = d.Store.InView(ctx, store.ViewOf(who), func(tx *store.Tx) error {
		old, err := checkRule(ctx, tx, who, r, slices.Clone(bad))
		if err != nil {
			return err
		}
		if id, err = tx.PutRule(ctx, r, who.Name, d.now()); err != nil {
			return err
		}
		return d.record(ctx, tx, who, audit.Rule, id, r.Name, ofRule(old), ofRule(r))
	})
	if err != nil {
		return incident.Rule{}, err
	}
	r.ID = id
	return r, nil
}

func (d *Desk) seesSearch(ctx context.Context, who access.Person, id int64) (bool, error) {
	if id <= 0 || d.Searches == nil {
		return id > 0, nil
	}
	ok, err := d.Searches.Sees(ctx, who.Scope(), id)
	return ok, postgres.Kind(err)
}

// checkRule adds to bad what is wrong with a rule beside what is stored, and
// gives the rule as it was.
func checkRule(ctx context.Context, tx *store.Tx, who access.Person, r incident.Rule, bad fields) (old incident.Rule, err error) {
	if r.ID != 0 {
		old, err = tx.Rule(ctx, r.ID)
		if err == nil && !store.ViewOf(who).Region(old.Region) {
			err = fault.New(fault.NotFound, "there is no rule %d", r.ID)
		}
		if err != nil {
			return old, err
		}
		bad.add(old.Region != r.Region, "region", "a rule stays in its region: %s", old.Region)
	}
	if r.Preset != "" {
		ps, err := tx.Presets(ctx, r.Region)
		if err != nil {
			return old, err
		}
		_, ok := named(ps, r.Preset)
		bad.add(!ok, "preset", "region %s has no preset %.40q", r.Region, r.Preset)
	}
	if r.Agency != 0 {
		a, err := tx.Agency(ctx, r.Agency)
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return old, err
		}
		bad.add(err != nil || a.Region != r.Region || !a.Active, "agency", "region %s has no active agency %d", r.Region, r.Agency)
	}
	return old, bad.fault()
}

// DeleteRule removes a rule. What it opened stays.
func (d *Desk) DeleteRule(ctx context.Context, who access.Person, id int64) error {
	r, err := d.Rule(ctx, who, id)
	if err != nil {
		return err
	}
	return d.edit(ctx, who, access.EditRules, r.Region, func(tx *store.Tx) error {
		if err := tx.DeleteRule(ctx, id); err != nil {
			return err
		}
		return d.record(ctx, tx, who, audit.Rule, id, r.Name, ofRule(r), nil)
	})
}
