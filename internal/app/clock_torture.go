//go:build torture

package app

import (
	"os"
	"strings"
	"sync"
	"time"
)

// The clock of a binary that is built to be tortured goes wrong by what stands
// in the file that OTKLIK_TORTURE_CLOCK names, such as "-24h".
var wrong struct {
	sync.Mutex
	by    time.Duration
	asked time.Time
}

func clock() time.Time {
	now := time.Now()
	wrong.Lock()
	defer wrong.Unlock()
	if now.Sub(wrong.asked) > 100*time.Millisecond {
		wrong.asked = now
		wrong.by = 0
		if b, err := os.ReadFile(os.Getenv("OTKLIK_TORTURE_CLOCK")); err == nil {
			wrong.by, _ = time.ParseDuration(strings.TrimSpace(string(b)))
		}
	}
	return now.Add(wrong.by)
}
