"""Strategies judged without participants: playlists for many query songs, measured and compared.

Nothing here writes to the database.
"""
