package kafka

const RoomBytes = roomBytes

// HasRoom says whether so many bytes may be under way besides those that are.
func (l *Log) HasRoom(n int64) bool {
	if !l.room.TryAcquire(n) {
		return false
	}
	l.room.Release(n)
	return true
}
