"""Notices: telling the open pages of a member or a room that something changed, whichever process holds their sockets."""
