package private

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// place says where a private server lies and whose it is:
//
//	root/data          the cluster, owned by the server's user, 0700
//	root/run           the socket, likewise; in the temporary folder when the path is too long
//	root/postgres.log  what the server says
//	root/lock          held by the process that uses the server
type place struct {
	root   string
	socket string
	owner  *owner // nil: the server runs as ourselves
}

// owner is an unprivileged user. Postgres refuses to run as root.
type owner struct {
	uid, gid uint32
	name     string
}

// pointer is a file in the data folder with the path of a place that had to be
// elsewhere, so that a renamed data folder finds its database again.
const pointer = "postgres.place"

// longestSocket keeps the socket's path within sun_path, the smallest of which
// (macOS, BSD) has 104 bytes with the closing NUL.
const longestSocket = 103 - len("/.s.PGSQL.5432.lock")

func (p place) data() string { return filepath.Join(p.root, "data") }
func (p place) log() string  { return filepath.Join(p.root, "postgres.log") }

func findPlace(dir, fallback string, log *slog.Logger) (place, error) {
	if dir == "" {
		return place{}, errors.New("private Postgres: no data folder is named")
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return place{}, fmt.Errorf("data folder: %w; name another with --data", err)
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return place{}, err
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return place{}, err
	}
	p := place{root: filepath.Join(dir, "postgres")}
	moved, err := os.ReadFile(filepath.Join(dir, pointer))
	if err == nil {
		p.root = strings.TrimSpace(string(moved))
	} else if !errors.Is(err, fs.ErrNotExist) {
		return place{}, err
	}
	if os.Geteuid() == 0 {
		if p.owner, err = chooseOwner(p.data()); err != nil {
			return place{}, err
		}
		if moved == nil && !reachable(dir, *p.owner) {
			p.root = filepath.Join(fallback, "otklik-"+short(dir))
			log.Info("the data folder is closed to the database's user: the database goes elsewhere",
				"folder", dir, "user", p.owner.name, "database", p.root)
			if err := os.WriteFile(filepath.Join(dir, pointer), []byte(p.root+"\n"), 0o644); err != nil {
				return place{}, err
			}
		}
	}
	if err := p.makeOpen(p.root); err != nil {
		return place{}, fmt.Errorf("private Postgres: %w; name a folder with --data that other users may enter, or a database with OTKLIK_DATABASE_URL", err)
	}
	p.socket = filepath.Join(p.root, "run")
	if len(p.socket) > longestSocket {
		p.socket = filepath.Join(os.TempDir(), "otklik-"+short(p.root))
	}
	return p, nil
}

// makeOpen makes a folder that the server's user may enter, whatever the umask.
func (p place) makeOpen(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil || p.owner == nil {
		return err
	}
	return os.Chmod(dir, 0o755)
}

func short(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:6])
}

// chooseOwner is whoever owns the cluster already, else the first of three
// users that a system has. The user must have a name: initdb looks it up.
func chooseOwner(data string) (*owner, error) {
	if info, err := os.Stat(data); err == nil {
		if st, ok := info.Sys().(*syscall.Stat_t); ok && st.Uid != 0 {
			o := &owner{uid: st.Uid, gid: st.Gid, name: strconv.Itoa(int(st.Uid))}
			if u, err := user.LookupId(o.name); err == nil {
				o.name = u.Username
			}
			return o, nil
		}
	}
	for _, name := range []string{"otklik", "postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err1 == nil && err2 == nil && uid != 0 {
			return &owner{uid: uint32(uid), gid: uint32(gid), name: name}, nil
		}
	}
	return nil, errors.New("Postgres does not run as root, and this system has no user otklik, postgres or nobody to run it: " +
		"make one (useradd --system otklik), start otklik as another user, or name a database with OTKLIK_DATABASE_URL")
}

// reachable tells whether a user may pass through dir and everything above it.
// Access lists beyond the nine bits are not looked at: then the answer may be
// a needless no, which only moves the database.
func reachable(dir string, o owner) bool {
	for {
		info, err := os.Stat(dir)
		if err != nil {
			return false
		}
		st, ok := info.Sys().(*syscall.Stat_t)
		if !ok {
			return false
		}
		bit := fs.FileMode(0o001)
		switch {
		case st.Uid == o.uid:
			bit = 0o100
		case st.Gid == o.gid:
			bit = 0o010
		}
		if info.Mode()&bit == 0 {
			return false
		}
		up := filepath.Dir(dir)
		if up == dir {
			return true
		}
		dir = up
	}
}

// prepare makes the socket's folder. In the shared temporary folder somebody
// else may have made it first, so it is used only when it is ours and closed.
func (p place) prepare() error {
	err := os.Mkdir(p.socket, 0o700)
	if err == nil {
		return p.give(p.socket)
	}
	if !errors.Is(err, fs.ErrExist) {
		return err
	}
	info, err := os.Lstat(p.socket)
	if err != nil {
		return err
	}
	want := uint32(os.Geteuid())
	if p.owner != nil {
		want = p.owner.uid
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok || !info.IsDir() || st.Uid != want || info.Mode().Perm()&0o077 != 0 {
		return fmt.Errorf("private Postgres: %s must be a folder of user %d that nobody else may enter: remove it, or set TMPDIR", p.socket, want)
	}
	return nil
}

func (p place) give(path string) error {
	if p.owner == nil {
		return nil
	}
	return os.Lchown(path, int(p.owner.uid), int(p.owner.gid))
}

// attr starts a program as the owner, in a session of its own: the interrupt
// key of the terminal must not reach the database before Otklik has drained.
func (p place) attr() *syscall.SysProcAttr {
	a := &syscall.SysProcAttr{Setsid: true}
	if p.owner != nil {
		a.Credential = &syscall.Credential{Uid: p.owner.uid, Gid: p.owner.gid}
	}
	return a
}

var errInUse = errors.New("is in use by another otklik")

// lockPlace keeps a second Otklik away. The system gives the lock back when its
// process ends, however it ends.
func lockPlace(p place) (*os.File, error) {
	path := filepath.Join(p.root, "lock")
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|syscall.O_NOFOLLOW, 0o644)
	if err != nil {
		return nil, fmt.Errorf("private Postgres: %w; the folder belongs to another user: start otklik as that user or name another folder with --data", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		defer f.Close()
		b := make([]byte, 20)
		n, _ := f.ReadAt(b, 0)
		return nil, fmt.Errorf("the database in %s %w (process %s): stop that one, name another folder with --data, "+
			"or give both one database with OTKLIK_DATABASE_URL", p.root, errInUse, strings.TrimSpace(string(b[:n])))
	}
	if err := f.Truncate(0); err != nil {
		f.Close()
		return nil, err
	}
	if _, err := f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}
