"""The researcher's view of the library, the models and the playlists."""

from . import genre_models, own_songs, playlists, tracks

__all__ = ["genre_models", "own_songs", "playlists", "tracks"]
