"""The port `Issuer` by OpenID Connect."""
