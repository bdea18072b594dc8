package people

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"
	"github.com/jackc/pgx/v5"
	"github.com/trustelem/zxcvbn"

	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/audit"
	"github.com/otklik/otklik/internal/fault"
)

// The bounds of passwords (NIST SP 800-63B-4, 3.1.1.2: at least 15 characters
// where a password stands alone, 8 beside a second factor; we ask for 12 and
// for strength, and bound what is hashed).
const (
	minPassword = 12  // characters
	maxPassword = 256 // bytes
	minScore    = 3   // of zxcvbn's 0…4: safely unguessable
)

// hasher hashes passwords with argon2id. Hashing costs memory on purpose, so
// only a few run at once: a thousand sign-ins at a time wait, and the server lives.
type hasher struct {
	params *argon2id.Params
	turns  turns
}

// dummy is compared where there is no such person, so that both take as long.
const dummy = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

func newHasher() *hasher {
	// OWASP Password Storage Cheat Sheet: m=19 MiB, t=2, p=1.
	return &hasher{params: &argon2id.Params{Memory: 19 << 10, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}, turns: newTurns(4, 200)}
}

// turns lets a few work and some wait.
type turns struct{ running, present chan struct{} }

func newTurns(running, waiting int) turns {
	return turns{make(chan struct{}, running), make(chan struct{}, running+waiting)}
}

// take waits for a turn; fault.Unavailable where too many wait already.
func (t turns) take(ctx context.Context) (done func(), err error) {
	busy := fault.New(fault.Unavailable, "too many people sign in at once; try again")
	select {
	case t.present <- struct{}{}:
	default:
		return nil, busy
	}
	select {
	case t.running <- struct{}{}:
		return func() { <-t.running; <-t.present }, nil
	case <-ctx.Done():
		<-t.present
		return nil, busy
	}
}

func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	done, err := h.turns.take(ctx)
	if err != nil {
		return "", err
	}
	defer done()
	return argon2id.CreateHash(password, h.params)
}

// verify says whether the password is that of a hash; of "" none is.
func (h *hasher) verify(ctx context.Context, password, hash string) (bool, error) {
	if len(password) > maxPassword {
		return false, nil
	}
	done, err := h.turns.take(ctx)
	if err != nil {
		return false, err
	}
	defer done()
	against := hash
	if against == "" {
		against = dummy
	}
	ok, err := argon2id.ComparePasswordAndHash(password, against)
	return ok && hash != "", err
}

// russian are passwords that are common here and that lists made elsewhere
// lack: words and keyboard walks in either layout.
var russian = []string{"пароль", "парол", "йцукен", "йцукенг", "фывапролдж", "ячсмить", "qwertyйцукен", "gfhjkm", "yfnfif", "vfhbyf", "любимая", "солнышко",
	"наташа", "марина", "андрей", "россия", "москва", "владивосток", "администратор", "отклик", "otklik", "privet", "привет", "zaq12wsx", "ytrewq", "1йфя2цыч"}

// latin gives the letters that the same keys give in the Latin layout.
var latin = strings.NewReplacer("й", "q", "ц", "w", "у", "e", "к", "r", "е", "t", "н", "y", "г", "u", "ш", "i", "щ", "o", "з", "p", "х", "[", "ъ", "]",
	"ф", "a", "ы", "s", "в", "d", "а", "f", "п", "g", "р", "h", "о", "j", "л", "k", "д", "l", "ж", ";", "э", "'",
	"я", "z", "ч", "x", "с", "c", "м", "v", "и", "b", "т", "n", "ь", "m", "б", ",", "ю", ".")

// weak says why a password can't be taken, "" when it can. inputs are what an
// attacker knows of the person.
func weak(password string, inputs ...string) string {
	n := utf8.RuneCountInString(password)
	switch {
	case n < minPassword:
		return fmt.Sprintf("has %d characters; at least %d are needed: four words in a row are easy to remember", n, minPassword)
	case len(password) > maxPassword:
		return fmt.Sprintf("is longer than %d bytes", maxPassword)
	case !utf8.ValidString(password) || strings.ContainsRune(password, 0):
		return "holds bytes that are not text"
	}
	known := append(slices.Clone(russian), inputs...)
	// «йцукен» is "qwerty" for the hand that types it.
	if min(zxcvbn.PasswordStrength(password, known).Score, zxcvbn.PasswordStrength(latin.Replace(strings.ToLower(password)), known).Score) < minScore {
		return "is common or easy to guess; four words that don't belong together are better than a word with digits"
	}
	return ""
}

// putPassword sets a password that was checked.
func (s *Store) putPassword(ctx context.Context, tx pgx.Tx, id int64, password string, mustChange bool) error {
	hash, err := s.hasher.hash(ctx, password)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE person SET password = $2, must_change = $3, changed_at = $4 WHERE id = $1`, id, hash, mustChange, s.Now())
	return err
}

// ChangePassword sets one's own password, given the old one, and ends every
// other session. Whoever has stolen a session can't try old ones for long.
func (s *Store) ChangePassword(ctx context.Context, who access.Person, old, fresh string) error {
	p, err := s.Get(ctx, who, who.ID)
	if err != nil {
		return err
	}
	var hash string
	if err := s.Pool.QueryRow(ctx, `SELECT password FROM person WHERE id = $1`, who.ID).Scan(&hash); err != nil {
		return fmt.Errorf("change password: %w", err)
	}
	ok, err := s.prove(ctx, who, func() (bool, error) { return s.hasher.verify(ctx, old, hash) })
	if err != nil {
		return err
	}
	var bad fieldErrors
	if !ok {
		bad.add("old", "is not your present password")
	}
	if why := weak(fresh, p.Login, p.Name, p.Email); why != "" {
		bad.add("new", "%s", why)
	} else if old == fresh {
		bad.add("new", "is the old one")
	}
	if len(bad) > 0 {
		return fault.Fields(bad...)
	}
	err = pgx.BeginFunc(ctx, s.Pool, func(tx pgx.Tx) error {
		if err := s.putPassword(ctx, tx, who.ID, fresh, false); err != nil {
			return err
		}
		if err := endAll(ctx, tx, who.ID, who.By.ID, s.Now()); err != nil {
			return err
		}
		return s.event(ctx, tx, who.ID, audit.Password, who, "", nil)
	})
	return named(err, "change password")
}
