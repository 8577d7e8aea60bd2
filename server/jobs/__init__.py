"""Work that outlives the process, done under leases: what all kinds of it share."""
