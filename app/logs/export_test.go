package logs

// Waiting is how many lines are not written yet.
func (l *Log) Waiting() int { return len(l.queue.lines) }
