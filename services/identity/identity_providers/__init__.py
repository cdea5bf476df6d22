"""Signing in at an identity provider of an association's: OpenID Connect, the code flow with PKCE.

A provider is whoever runs it, so it is believed about its own association's people only: whoever is linked to the
association now, and holds no role elsewhere. With the rights of other associations one signs in by one's own means.
"""
