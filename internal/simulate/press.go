package simulate

import "net/http"

func (r *Region) print(Channel, Event) error { return nil }
func (r *Region) serveFeed(w http.ResponseWriter, req *http.Request, host string) {
	http.NotFound(w, req)
}
