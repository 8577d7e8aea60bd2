"""What fulfils the ports of `server.ports`; only `server.app` imports these."""
