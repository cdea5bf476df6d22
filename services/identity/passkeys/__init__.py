"""Passkeys: added by somebody who is signed in and showed so lately, then enough to sign in with, on their own.

WebAuthn, for the host of the server's public address. A passkey is found by itself (a discoverable credential): nobody
is asked who they are first, so no answer tells who is known here. The device has checked its user, by a finger, a face
or a number.
"""
