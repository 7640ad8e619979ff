"""Which conditions a participant meets, and in which order songs are heard."""
