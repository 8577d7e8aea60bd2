"""What stands between the network and the routes: hosts, headers, sizes, patience, TLS."""
