// Package deploy checks the recipes beside it as far as that goes without
// running them: no Docker is needed.
package deploy

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"
)

type service struct {
	Image       string
	Build       struct{ Context, Dockerfile string }
	Environment map[string]any
	Ports       []string
	Volumes     []string
	DependsOn   map[string]struct{ Condition string } `yaml:"depends_on"`
	Healthcheck struct{ Test []string }
}

type compose struct {
	Services map[string]service
	Volumes  map[string]any
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(b)
}

func readCompose(t *testing.T) compose {
	t.Helper()
	var c compose
	require.NoError(t, yaml.Unmarshal([]byte(read(t, "compose.yaml")), &c))
	return c
}

func TestComposeHasAllEnginesWithHealthChecks(t *testing.T) {
	c := readCompose(t)
	require.Len(t, c.Services, 4)
	for _, name := range []string{"postgres", "kafka", "elasticsearch"} {
		require.Equal(t, "service_healthy", c.Services["otklik"].DependsOn[name].Condition, name)
		require.NotEmpty(t, c.Services[name].Healthcheck.Test, name)
		require.Regexp(t, `:\d`, c.Services[name].Image, "%s: the image's version is pinned", name)
	}
}

func TestComposeRefersToWhatIsThere(t *testing.T) {
	c := readCompose(t)
	for name, s := range c.Services {
		for _, v := range s.Volumes {
			volume, _, _ := strings.Cut(v, ":")
			require.Contains(t, c.Volumes, volume, name)
		}
		for dependency := range s.DependsOn {
			require.Contains(t, c.Services, dependency, name)
		}
		if s.Build.Context != "" {
			require.FileExists(t, filepath.Join(s.Build.Context, s.Build.Dockerfile))
		}
	}
	e := c.Services["otklik"].Environment
	require.Contains(t, e["OTKLIK_DATABASE_URL"], "@postgres:5432/")
	require.Equal(t, "kafka:9092", e["OTKLIK_KAFKA"])
	require.Contains(t, c.Services["kafka"].Environment["KAFKA_ADVERTISED_LISTENERS"], "://kafka:9092")
	require.Equal(t, "http://elasticsearch:9200", e["OTKLIK_ELASTICSEARCH"])
}

func TestComposePublishesOnTheLoopbackOnly(t *testing.T) {
	for name, s := range readCompose(t).Services {
		for _, p := range s.Ports {
			require.True(t, strings.HasPrefix(p, "127.0.0.1:"), "%s publishes %s", name, p)
		}
	}
}

func TestComposeHoldsNoSecret(t *testing.T) {
	text := read(t, "compose.yaml")
	for _, secret := range []string{"POSTGRES_PASSWORD", "OTKLIK_BOOTSTRAP_TOKEN"} {
		for _, m := range regexp.MustCompile(secret+`: (.*)`).FindAllStringSubmatch(text, -1) {
			require.True(t, strings.HasPrefix(m[1], "${"+secret+":?"), "%s must come from outside, and be asked for", secret)
		}
	}
}

// What git leaves out, the image is not built from either.
func TestImageIsBuiltFromSourcesAlone(t *testing.T) {
	ignored := strings.Fields(read(t, "Dockerfile.dockerignore"))
	for _, line := range strings.Fields(read(t, "../.gitignore")) {
		require.Contains(t, ignored, strings.Trim(line, "/"), "Dockerfile.dockerignore")
	}
}

func TestImageIsSmallAndWithoutRights(t *testing.T) {
	text := read(t, "Dockerfile")
	_, last, found := strings.Cut(text, "\nFROM gcr.io/distroless/static")
	require.True(t, found)
	require.NotContains(t, last, "\nFROM ", "the distroless stage is the last")
	require.NotContains(t, last, "\nRUN ", "there is no shell in it")
	require.Contains(t, last, "\nUSER nonroot")
	require.Contains(t, text, "CGO_ENABLED=0")
	goVersion := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(read(t, "../go.mod"))
	require.NotNil(t, goVersion)
	require.Contains(t, text, "FROM golang:"+goVersion[1]+"-", "the image builds with the version of go.mod")
	require.Contains(t, read(t, "../cmd/otklik/main.go"), "var version", "-X main.version sets something")
}

// The settings that the recipes use must be ones that otklik reads.
func TestRecipesUseKnownSettings(t *testing.T) {
	var source strings.Builder
	files, err := filepath.Glob("../internal/app/*.go")
	require.NoError(t, err)
	for _, f := range files {
		source.WriteString(read(t, f))
	}
	for _, recipe := range []string{"compose.yaml", "Dockerfile", "otklik.service"} {
		for _, name := range regexp.MustCompile(`OTKLIK_[A-Z_]+`).FindAllString(read(t, recipe), -1) {
			if !strings.HasPrefix(name, "OTKLIK_TEST_") {
				require.True(t, strings.Contains(source.String(), name), "%s: internal/app reads no %s", recipe, name)
			}
		}
	}
}

func TestUnitIsSound(t *testing.T) {
	text := read(t, "otklik.service")
	for _, line := range []string{"User=otklik", "NoNewPrivileges=yes", "ProtectSystem=strict", "ProtectHome=yes", "CapabilityBoundingSet=\n", "KillMode=mixed", "RestartPreventExitStatus=2"} {
		require.Contains(t, text, line)
	}
	require.Contains(t, text, "--data /var/lib/otklik\n")
	require.Contains(t, text, "StateDirectory=otklik\n", "the data folder is made and is writable")

	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("SKIPPED: systemd-analyze is not installed: the unit is not verified by systemd itself")
	}
	// The program is not installed where the tests run.
	unit := filepath.Join(t.TempDir(), "otklik.service")
	require.NoError(t, os.WriteFile(unit, []byte(strings.ReplaceAll(text, "/usr/local/bin/otklik", "/bin/true")), 0o644))
	out, err := exec.CommandContext(t.Context(), analyze, "verify", unit).CombinedOutput()
	require.NoError(t, err, string(out))
	require.NotContains(t, string(out), "otklik.service", "systemd complains")
}

// That the metrics are there is shown by package acceptance, which runs the
// product.
func TestAlertsAreWhole(t *testing.T) {
	var file struct {
		Groups []struct {
			Name  string
			Rules []struct {
				Alert, Expr, For    string
				Labels, Annotations map[string]string
			}
		}
	}
	require.NoError(t, yaml.UnmarshalWithOptions([]byte(read(t, "prometheus/alerts.yaml")), &file, yaml.Strict()))
	require.Len(t, file.Groups, 1)
	names := map[string]bool{}
	for _, r := range file.Groups[0].Rules {
		require.Regexp(t, `^Otklik[A-Z][A-Za-z]+$`, r.Alert)
		require.False(t, names[r.Alert], "%s twice", r.Alert)
		names[r.Alert] = true
		require.Regexp(t, `otklik_[a-z_]+`, r.Expr, r.Alert)
		for open, shut := range map[string]string{"(": ")", "{": "}", "[": "]"} {
			require.Equal(t, strings.Count(r.Expr, open), strings.Count(r.Expr, shut), r.Alert)
		}
		require.Contains(t, []string{"warning", "critical"}, r.Labels["severity"], r.Alert)
		require.NotEmpty(t, r.Annotations["summary"], r.Alert)
		require.NotEmpty(t, r.Annotations["description"], r.Alert)
		require.Regexp(t, `^(\d+m)?$`, r.For, r.Alert)
	}
	require.GreaterOrEqual(t, len(names), 8)
}

func TestScriptsParse(t *testing.T) {
	for shell, scripts := range map[string][]string{
		"sh":   {"generated.sh", "fuzz.sh", "engines/kafka/start.sh", "engines/elasticsearch/start.sh"},
		"bash": {"../.ci/run"},
	} {
		for _, script := range scripts {
			out, err := exec.CommandContext(t.Context(), shell, "-n", script).CombinedOutput()
			require.NoError(t, err, "%s: %s", script, out)
			info, err := os.Stat(script)
			require.NoError(t, err)
			require.NotZero(t, info.Mode()&0o100, "%s can be run", script)
		}
	}
}

func TestMakeListsItsTargets(t *testing.T) {
	if _, err := exec.LookPath("make"); err != nil {
		t.Skip("SKIPPED: make is not installed")
	}
	out, err := exec.CommandContext(t.Context(), "make", "--no-print-directory", "-C", "..").CombinedOutput()
	require.NoError(t, err, string(out))
	for _, target := range []string{"build", "run", "test", "check", "bench", "mutants", "fuzz", "clean"} {
		require.Contains(t, string(out), "make "+target)
	}
}
